/** A screen for the window: the one at hand, else a virtual one that ends with us. */
import { spawn } from 'node:child_process'

/**
 * @returns {Promise<{ env: Record<string, string>, virtual: boolean, close: () => void }>}
 * @throws when there is no screen and Xvfb is not installed
 */
export async function openDisplay() {
  if (process.env.DISPLAY || process.env.WAYLAND_DISPLAY) return { env: {}, virtual: false, close() {} }
  // -displayfd lets the server choose a free number and tell it once it takes connections.
  const server = spawn('Xvfb', ['-displayfd', '3', '-screen', '0', '1920x1200x24', '-nolisten', 'tcp'], {
    stdio: ['ignore', 'ignore', 'ignore', 'pipe'],
  })
  const number = await new Promise((resolve, reject) => {
    server.on('error', () =>
      reject(new Error('There is no display and Xvfb is not installed. Run: sudo apt-get install -y xvfb')),
    )
    server.on('exit', (code) => reject(new Error(`The virtual display did not start (Xvfb ended with ${code}).`)))
    server.stdio[3]?.once('data', (data) => resolve(String(data).trim()))
  })
  const close = () => void server.kill()
  process.once('exit', close)
  return { env: { DISPLAY: `:${number}` }, virtual: true, close }
}

/**
 * Starts a program that owns the terminal until it ends, passes our signals on and answers with its exit code.
 * @param {string} command @param {string[]} args @param {import('node:child_process').SpawnOptions} [options]
 * @returns {Promise<number>}
 */
export function hand(command, args, options = {}) {
  return new Promise((resolve) => {
    const child = spawn(command, args, { stdio: 'inherit', ...options })
    const pass = (/** @type {NodeJS.Signals} */ signal) => void child.kill(signal)
    const signals = /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP'])
    for (const signal of signals) process.on(signal, pass)
    child.on('error', (error) => (console.error(error.message), resolve(127)))
    child.on('close', (code, signal) => {
      for (const name of signals) process.off(name, pass)
      resolve(code ?? 128 + (signal === 'SIGINT' ? 2 : signal === 'SIGTERM' ? 15 : 9))
    })
  })
}
