/** The robots from the side, as lines on a flat canvas: for machines without WebGL. These robots move in a plane, so nothing is lost but depth. */
import { drawLater, hasEnded, laneWidth, poseSize, rowAt, torsoAt } from './stage-poses.ts'
import type { Stage, StageContent, View } from './stage.ts'

export function createFlatStage({ canvas, capsules, robots, look: firstLook, onDrawn }: StageContent): Stage {
  const context = canvas.getContext('2d')
  let look = firstLook
  let view: View = { turn: 0, height: 0, distance: 5 }
  let [step, followed] = [0, 0]

  function draw(): void {
    if (!context) return
    const { width, height } = canvas
    const scale = width / Math.max(3, view.distance)
    const lift = Math.min(laneWidth * scale * 0.5, height / (2 * robots.length + 2))
    const middle = torsoAt(robots[followed]!, capsules.length, step).x
    const left = (x: number): number => width / 2 + (x - middle) * scale
    context.fillStyle = look.paper
    context.fillRect(0, 0, width, height)
    robots.forEach((_, place) => {
      const lane = robots.length - 1 - place
      drawLane(lane, height - 40 * devicePixelRatio - lane * lift)
    })
    onDrawn()

    function drawLane(lane: number, floor: number): void {
      const robot = robots[lane]!
      context!.strokeStyle = look.line
      context!.lineWidth = devicePixelRatio
      context!.beginPath()
      context!.moveTo(0, floor)
      context!.lineTo(width, floor)
      if (lane === 0) drawMarks(floor)
      context!.stroke()
      context!.strokeStyle = look.robots[lane]!
      context!.lineCap = 'round'
      context!.globalAlpha = hasEnded(robot, capsules.length, step) ? 0.4 : 1
      const row = rowAt(robot, capsules.length, step) * capsules.length * poseSize
      capsules.forEach(({ radius, halfLength }, index) => {
        const [x, , z, along, , up] = robot.poses.subarray(row + index * poseSize)
        const end = (sign: number) => [
          left(x! + sign * halfLength * along!),
          floor - (z! + sign * halfLength * up!) * scale,
        ]
        context!.lineWidth = 2 * radius * scale
        context!.beginPath()
        context!.moveTo(...(end(-1) as [number, number]))
        context!.lineTo(...(end(1) as [number, number]))
        context!.stroke()
      })
      context!.globalAlpha = 1
    }

    function drawMarks(floor: number): void {
      context!.fillStyle = look.ink
      context!.font = `${11 * devicePixelRatio}px ${look.font}`
      context!.textAlign = 'center'
      const reach = Math.ceil(width / scale / 2) + 1
      for (let metre = Math.floor(middle) - reach; metre <= middle + reach; metre++) {
        const long = metre % 5 === 0
        context!.moveTo(left(metre), floor)
        context!.lineTo(left(metre), floor + (long ? 8 : 4) * devicePixelRatio)
        if (long) context!.fillText(`${metre} m`, left(metre), floor + 22 * devicePixelRatio)
      }
    }
  }

  const later = drawLater(draw)
  return {
    show(nextStep, nextFollowed) {
      ;[step, followed] = [nextStep, nextFollowed]
      later.request()
    },
    look(next) {
      view = next
      later.request()
    },
    resize(width, height) {
      canvas.width = Math.max(1, Math.round(width * devicePixelRatio))
      canvas.height = Math.max(1, Math.round(height * devicePixelRatio))
      later.request()
    },
    restyle(next) {
      look = next
      later.request()
    },
    close: later.cancel,
  }
}
