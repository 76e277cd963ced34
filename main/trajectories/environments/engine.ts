/**
 * MuJoCo in WebAssembly: one engine in a process, loaded on first use; models are compiled from our files in resources/models.
 * The engine reports version 3.3.8 and computes what native MuJoCo does, to the last digit over short horizons.
 */
import { promises as fs } from 'node:fs'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import type Start from 'mujoco-js'
import type { MainModule, MjData, MjModel } from 'mujoco-js'
import { LetheError } from '../../contract/errors.ts'
import { installationFolder, packageFile } from '../../resources.ts'

/** The vectors of a simulation are views into the engine's memory: live, and detached when that memory grows. */
export interface Simulation {
  readonly model: MjModel
  qpos: Float64Array
  qvel: Float64Array
  ctrl: Float64Array
  /** Takes the views anew; needed once their length has become 0. */
  refresh(): void
  /** Back to qpos0 with nothing moving; solver state, time and controls too. */
  reset(): void
  /** Brings accelerations and contacts up to date after positions or velocities were written. */
  forward(): void
  /** Where the bodies are, from the positions alone; a step leaves them as they were before its last part. */
  kinematics(): void
  /** Centre and orientation (row-major) of each geometry; live, as the vectors are. */
  geometries(): { readonly centres: Float64Array; readonly orientations: Float64Array }
  /** Names of the geometries, of the world's too. */
  readonly geometryNames: readonly string[]
  /** `count` steps of the model's timestep with the controls as they are. */
  advance(count: number): void
  delete(): void
}

let loading: Promise<MainModule> | undefined

/** Errors: `backend-missing`. */
function loadEngine(): Promise<MainModule> {
  return (loading ??= importEngine())
}

async function importEngine(): Promise<MainModule> {
  try {
    const file = packageFile('mujoco-js', 'dist', 'mujoco_wasm.js')
    const { default: start } = (await import(pathToFileURL(file).href)) as { default: typeof Start }
    return await start({ print: () => undefined, printErr: () => undefined })
  } catch (cause) {
    loading = undefined
    throw new LetheError('backend-missing', 'The MuJoCo engine did not start.', 'Run `lethe doctor`.', { cause })
  }
}

/** The text of a model file that ships with Lethe. */
export const readModel = (name: string): Promise<string> =>
  fs.readFile(path.join(installationFolder(), 'resources', 'models', `${name}.xml`), 'utf8')

/** Compiles a model and makes one simulation of it; `adjust` may change the compiled model before its constants are derived. */
export async function simulate(xml: string, adjust?: (model: MjModel) => void): Promise<Simulation> {
  const engine = await loadEngine()
  const files = engine as unknown as { FS: { writeFile(name: string, text: string): void; unlink(name: string): void } }
  files.FS.writeFile('/model.xml', xml)
  const model = engine.MjModel.loadFromXML('/model.xml')
  files.FS.unlink('/model.xml')
  const data: MjData = new engine.MjData(model)
  if (adjust) {
    adjust(model)
    engine.mj_setConst(model, data)
  }
  const views = () => ({
    qpos: data.qpos as Float64Array,
    qvel: data.qvel as Float64Array,
    ctrl: data.ctrl as Float64Array,
  })
  const simulation: Simulation = {
    model,
    ...views(),
    refresh: () => void Object.assign(simulation, views()),
    reset: () => engine.mj_resetData(model, data),
    forward: () => engine.mj_forward(model, data),
    kinematics: () => engine.mj_kinematics(model, data),
    geometries: () => ({
      centres: data.geom_xpos as Float64Array,
      orientations: data.geom_xmat as Float64Array,
    }),
    geometryNames: Array.from({ length: model.ngeom }, (_, geometry) =>
      engine.mj_id2name(model, engine.mjtObj.mjOBJ_GEOM.value, geometry),
    ),
    advance(count) {
      for (let i = 0; i < count; i++) engine.mj_step(model, data)
    },
    delete() {
      data.delete()
      model.delete()
    },
  }
  return simulation
}
