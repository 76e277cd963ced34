/**
 * Robots on a chequered ground, drawn by three.js. It is loaded only where a replay is shown: this file and what it imports share nothing
 * with the page but types, so that the first window carries none of it.
 */
import {
  CapsuleGeometry,
  Color,
  DirectionalLight,
  EqualStencilFunc,
  HemisphereLight,
  IncrementStencilOp,
  Matrix4,
  Mesh,
  MeshBasicMaterial,
  MeshLambertMaterial,
  PerspectiveCamera,
  Quaternion,
  Scene,
  Vector3,
  WebGLRenderer,
} from 'three'
import { createGround } from './stage-ground.ts'
import { drawLater, hasEnded, laneWidth, poseSize, rowAt, torsoAt } from './stage-poses.ts'
import type { Stage, StageContent, StageLook, View } from './stage.ts'

/** Light falls from above, a little from the left and from the viewer: shadows show where a foot touches. */
const shadowOf = new Matrix4().set(1, 0, 0.18, 0, 0, 1, 0.12, 0, 0, 0, 0, 0.004, 0, 0, 0, 1)
const upright = new Vector3(0, 1, 0)
const one = new Vector3(1, 1, 1)
/** What the camera looks at: about the middle of a standing robot. */
const eyeHeight = 0.62

/** Drawn by the processor, a picture of a whole screen takes a quarter of a second: while things move, fewer pixels are drawn. */
const coarseRatio = 0.5
const settleAfter = 250

type Content = Pick<StageContent, 'capsules' | 'robots'>

/** The limbs of the other side are drawn fainter, so that legs are told apart. */
const isOtherSide = (name: string): boolean => name.includes('left')

/** The meshes of one robot in its lane. */
function createBody({ capsules, robots }: Content, lane: number) {
  const robot = robots[lane]!
  const near = new MeshLambertMaterial()
  const far = new MeshLambertMaterial()
  const shade = new MeshBasicMaterial({
    ...{ transparent: true, depthWrite: false, polygonOffset: true, polygonOffsetFactor: -1 },
    // Shadows that lie on each other are one shadow.
    ...{ stencilWrite: true, stencilRef: 0, stencilFunc: EqualStencilFunc, stencilZPass: IncrementStencilOp },
  })
  const parts = capsules.map(({ name, radius, halfLength }) => {
    const geometry = new CapsuleGeometry(radius, 2 * halfLength, 8, 24)
    const mesh = new Mesh(geometry, isOtherSide(name) ? far : near)
    const shadow = new Mesh(geometry, shade)
    mesh.matrixAutoUpdate = shadow.matrixAutoUpdate = false
    mesh.frustumCulled = shadow.frustumCulled = false
    return { mesh, shadow }
  })
  const [centre, axis, turn] = [new Vector3(), new Vector3(), new Quaternion()]
  return {
    meshes: parts.flatMap(({ mesh, shadow }) => [mesh, shadow]),
    show(step: number): void {
      const row = rowAt(robot, capsules.length, step) * capsules.length * poseSize
      parts.forEach(({ mesh, shadow }, index) => {
        const [x, y, z, ax, ay, az] = robot.poses.subarray(row + index * poseSize)
        centre.set(x!, y! + lane * laneWidth, z)
        turn.setFromUnitVectors(upright, axis.set(ax!, ay!, az))
        mesh.matrix.compose(centre, turn, one)
        shadow.matrix.multiplyMatrices(shadowOf, mesh.matrix)
      })
      const ended = hasEnded(robot, capsules.length, step)
      for (const material of [near, far]) {
        if (material.transparent !== ended) material.needsUpdate = true
        material.transparent = ended
        material.opacity = ended ? 0.4 : 1
      }
    },
    restyle(look: StageLook): void {
      near.color.set(look.robots[lane]!)
      far.color.set(look.robots[lane]!).lerp(new Color(look.paper), 0.4)
      shade.color.set(look.ink)
      shade.opacity = 0.22
    },
    close(): void {
      for (const { mesh } of parts) mesh.geometry.dispose()
      for (const material of [near, far, shade]) material.dispose()
    },
  }
}

function isSoftware(renderer: WebGLRenderer): boolean {
  const context = renderer.getContext()
  const names = context.getExtension('WEBGL_debug_renderer_info')
  return (
    names !== null && /swiftshader|llvmpipe|software/i.test(String(context.getParameter(names.UNMASKED_RENDERER_WEBGL)))
  )
}

/** Errors: throws where the machine gives no WebGL. */
export function createWebGlStage({ canvas, capsules, robots, look, onDrawn }: StageContent): Stage {
  const renderer = new WebGLRenderer({ canvas, antialias: true, stencil: true, powerPreference: 'low-power' })
  const scene = new Scene()
  const camera = new PerspectiveCamera(30, 1, 0.1, 80)
  camera.up.set(0, 0, 1)
  const ground = createGround(look)
  const bodies = robots.map((_, lane) => createBody({ capsules, robots }, lane))
  const sky = new HemisphereLight(0xffffff, 0xffffff, 1.7)
  const sun = new DirectionalLight(0xffffff, 1.9)
  sun.position.set(-2, -4, 6)
  scene.add(ground.group, sky, sun, ...bodies.flatMap(({ meshes }) => meshes))
  const depth = ((robots.length - 1) * laneWidth) / 2
  let view: View = { turn: 0, height: 0.3, distance: 5 }
  let [step, followed] = [0, 0]

  function draw(): void {
    const { x } = torsoAt(robots[followed]!, capsules.length, step)
    const { turn, height, distance } = view
    const away = distance * Math.cos(height)
    camera.position.set(
      x + away * Math.sin(turn),
      depth - away * Math.cos(turn),
      eyeHeight + distance * Math.sin(height),
    )
    camera.lookAt(x, depth, eyeHeight)
    for (const body of bodies) body.show(step)
    ground.centre(x, -0.5)
    renderer.render(scene, camera)
    onDrawn()
  }
  const later = drawLater(draw)
  const slow = isSoftware(renderer)
  let settling: ReturnType<typeof setTimeout> | undefined
  let size = { width: 1, height: 1 }
  const setRatio = (ratio: number): void => {
    if (renderer.getPixelRatio() !== ratio) renderer.setPixelRatio(ratio)
    renderer.setSize(size.width, size.height, false)
    later.request()
  }
  const fullRatio = () => Math.min(2, devicePixelRatio)
  const move = (): void => {
    later.request()
    if (!slow) return
    clearTimeout(settling)
    settling = setTimeout(() => setRatio(fullRatio()), settleAfter)
    if (renderer.getPixelRatio() !== coarseRatio) setRatio(coarseRatio)
  }

  const restyle = (next: StageLook): void => {
    scene.background = new Color(next.paper)
    sky.groundColor.set(next.ground)
    ground.restyle(next)
    for (const body of bodies) body.restyle(next)
    later.request()
  }
  restyle(look)
  // The system may take the picture's memory away and give it back.
  canvas.addEventListener('webglcontextrestored', later.request)
  return {
    show(nextStep, nextFollowed) {
      ;[step, followed] = [nextStep, nextFollowed]
      move()
    },
    look(next) {
      view = next
      move()
    },
    resize(width, height) {
      size = { width, height }
      camera.aspect = width / height
      camera.updateProjectionMatrix()
      setRatio(fullRatio())
    },
    restyle,
    close() {
      later.cancel()
      clearTimeout(settling)
      canvas.removeEventListener('webglcontextrestored', later.request)
      for (const body of bodies) body.close()
      ground.close()
      renderer.dispose()
      renderer.forceContextLoss()
    },
  }
}
