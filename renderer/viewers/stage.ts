/** What draws robots: a stage by WebGL, or a flat one where there is none. Types alone, so that the page carries neither. */

/** A rounded rod: metres. */
export interface Capsule {
  readonly name: string
  readonly radius: number
  /** From its centre to that of either cap. */
  readonly halfLength: number
}

/** Row after row of poses, one row for each step: for each capsule its centre and the unit vector along it. z is up, x the way they run. */
export interface StageRobot {
  readonly poses: Float32Array
}

/** Colours as a canvas takes them. */
export interface StageLook {
  readonly paper: string
  readonly ground: string
  readonly line: string
  readonly ink: string
  readonly font: string
  /** One for each robot. */
  readonly robots: readonly string[]
}

/** How the robots are looked at; radians and metres. */
export interface View {
  /** 0 from the side, so that they run to the right; π/2 from the front. */
  readonly turn: number
  readonly height: number
  readonly distance: number
}

export interface Stage {
  /** Robots whose motion has ended stay where they ended. `followed` is the robot in the middle. */
  show(step: number, followed: number): void
  look(view: View): void
  resize(width: number, height: number): void
  restyle(look: StageLook): void
  close(): void
}

export interface StageContent {
  readonly canvas: HTMLCanvasElement
  readonly capsules: readonly Capsule[]
  readonly robots: readonly StageRobot[]
  readonly look: StageLook
  /** After each picture. */
  readonly onDrawn: () => void
}
