/** Before all: the bundles of the sources as they are now, and a screen. */
import { build } from '../tools/build.mjs'
import { openDisplay } from '../tools/setup/display.mjs'

/** vitest calls it by this name. */
export async function setup(): Promise<() => void> {
  await build(['lab', 'trainer', 'main', 'preload', 'renderer'])
  const display = await openDisplay()
  Object.assign(process.env, display.env)
  return () => display.close()
}
