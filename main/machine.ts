/** What the machine has just now: memory, processor features, graphics driver. Nothing is assumed where nothing is known. */
import { promises as fs } from 'node:fs'
import os from 'node:os'

/** Bytes. What can be had counts caches that the system would give back. */
export async function memory(): Promise<{ total: number; available: number }> {
  const text = await fs.readFile('/proc/meminfo', 'utf8').catch(() => '')
  const kibibytes = /^MemAvailable:\s+(\d+) kB/m.exec(text)?.[1]
  return { total: os.totalmem(), available: kibibytes ? Number(kibibytes) * 1024 : os.freemem() }
}

/** Whether the processor has AVX, which TensorFlow needs; null where the system does not say. */
export async function hasAvx(): Promise<boolean | null> {
  const text = await fs.readFile('/proc/cpuinfo', 'utf8').catch(() => '')
  const flags = /^flags\s*:(.*)$/m.exec(text)?.[1]
  return flags === undefined ? null : /\savx\s/.test(`${flags} `)
}

/** Version of the NVIDIA driver that is loaded, or null. */
export async function graphicsDriver(): Promise<string | null> {
  const text = await fs.readFile('/proc/driver/nvidia/version', 'utf8').catch(() => '')
  return /Module\s+([\d.]+)/.exec(text)?.[1] ?? null
}
