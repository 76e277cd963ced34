/** The ground: chequered metre by metre, a line every five, fading into the paper; numbers stand beside it. */
import {
  CanvasTexture,
  Color,
  Group,
  LinearFilter,
  Mesh,
  PlaneGeometry,
  ShaderMaterial,
  Sprite,
  SpriteMaterial,
  SRGBColorSpace,
  Vector3,
} from 'three'
import type { StageLook } from './stage.ts'

const vertexShader = `
varying vec3 place;
void main() {
  vec4 world = modelMatrix * vec4(position, 1.0);
  place = world.xyz;
  gl_Position = projectionMatrix * viewMatrix * world;
}`

/** The squares are the integral of a chequered pattern over each pixel (Quilez, "Filtering procedural textures"), so that they do not flicker. */
const fragmentShader = `
uniform vec3 paper;
uniform vec3 ground;
uniform vec3 line;
uniform vec3 middle;
varying vec3 place;
float edge(float x, float half_width) {
  float away = abs(fract(x + 0.5) - 0.5);
  return 1.0 - smoothstep(half_width, half_width + fwidth(x) * 1.5, away);
}
void main() {
  vec2 p = place.xy;
  vec2 w = fwidth(p) + 0.001;
  vec2 i = 2.0 * (abs(fract((p - 0.5 * w) * 0.5) - 0.5) - abs(fract((p + 0.5 * w) * 0.5) - 0.5)) / w;
  float square = 0.5 - 0.5 * i.x * i.y;
  vec3 colour = mix(paper, ground, square);
  colour = mix(colour, line, 0.75 * edge(p.x / 5.0, 0.003));
  float fade = smoothstep(5.0, 14.0, distance(p, middle.xy));
  gl_FragColor = vec4(mix(colour, paper, fade), 1.0);
  #include <colorspace_fragment>
}`

const extent = 40
/** Marks on either side of the middle, and metres between them. */
const reach = 3
const spacing = 5

export function createGround(look: StageLook) {
  const uniforms = {
    paper: { value: new Color() },
    ground: { value: new Color() },
    line: { value: new Color() },
    middle: { value: new Vector3() },
  }
  const plane = new Mesh(
    new PlaneGeometry(extent, extent),
    new ShaderMaterial({ uniforms, vertexShader, fragmentShader }),
  )
  const group = new Group()
  group.add(plane)
  const marks = Array.from({ length: 2 * reach + 1 }, () => {
    const sprite = new Sprite(new SpriteMaterial({ depthWrite: false }))
    sprite.scale.set(0.56, 0.21, 1)
    group.add(sprite)
    return sprite
  })
  const texts = new Map<number, CanvasTexture>()
  let ink = look.ink
  let font = look.font

  function textOf(metres: number): CanvasTexture {
    const known = texts.get(metres)
    if (known) return known
    const canvas = document.createElement('canvas')
    ;[canvas.width, canvas.height] = [128, 48]
    const context = canvas.getContext('2d')!
    context.fillStyle = ink
    context.font = `26px ${font}`
    context.textAlign = 'center'
    context.textBaseline = 'middle'
    context.fillText(`${metres} m`.replace('-', '−'), 64, 24)
    const texture = new CanvasTexture(canvas)
    texture.colorSpace = SRGBColorSpace
    texture.minFilter = LinearFilter
    texts.set(metres, texture)
    return texture
  }
  const forgetTexts = (): void => {
    for (const texture of texts.values()) texture.dispose()
    texts.clear()
  }

  return {
    group,
    /** `x` is in the middle of the picture; `front` is where the marks stand. */
    centre(x: number, front: number): void {
      plane.position.set(2 * Math.round(x / 2), 0, 0)
      uniforms.middle.value.set(x, 0, 0)
      const first = Math.round(x / spacing) - reach
      marks.forEach((mark, index) => {
        const metres = (first + index) * spacing
        mark.position.set(metres, front, 0.06)
        mark.material.map = textOf(metres)
        mark.material.opacity = Math.max(0, 1 - Math.abs(metres - x) / 11)
        mark.material.needsUpdate = true
      })
    },
    restyle(next: StageLook): void {
      uniforms.paper.value.set(next.paper)
      uniforms.ground.value.set(next.ground)
      uniforms.line.value.set(next.line)
      ;[ink, font] = [next.ink, next.font]
      forgetTexts()
    },
    close(): void {
      forgetTexts()
      plane.geometry.dispose()
      plane.material.dispose()
      for (const mark of marks) mark.material.dispose()
    },
  }
}
