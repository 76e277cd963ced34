/** An episode in motion beside an agent: scrubbed by keys and by the curves, drawn only when something moves, flat where there is no WebGL. */
import type { Page } from 'playwright'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { loadAxe, setTheme, violations } from './pages/axe.ts'
import { startLethe, type Lethe } from './pages/lethe.ts'

let lethe: Lethe
beforeAll(async () => {
  lethe = await startLethe()
  await loadAxe(lethe.page)
})
afterAll(() => lethe.close())

const scene = (page: Page) => page.locator('.robot-scene canvas')
const frames = async (page: Page) => Number(await scene(page).getAttribute('data-frames'))
const place = async (page: Page) => /step (\d+) of (\d+)/.exec(await page.locator('.transport-place').innerText())
const step = async (page: Page) => Number((await place(page))?.[1])
const cursor = async (page: Page) => (await page.locator('.replay-curves .u-cursor-x').first().boundingBox())?.x ?? 0

/** How many colours a picture has, of those a quiet ground alone would not have. */
async function coloursOf(page: Page): Promise<number> {
  const picture = (await scene(page).screenshot()).toString('base64')
  return page.evaluate(async (base64) => {
    const image = new Image()
    image.src = `data:image/png;base64,${base64}`
    await image.decode()
    const canvas = new OffscreenCanvas(image.width, image.height)
    const context = canvas.getContext('2d')!
    context.drawImage(image, 0, 0)
    const { data } = context.getImageData(0, 0, image.width, image.height)
    const found = new Set<number>()
    for (let at = 0; at < data.length; at += 4)
      if (Math.max(data[at]!, data[at + 1]!, data[at + 2]!) - Math.min(data[at]!, data[at + 1]!, data[at + 2]!) > 60)
        found.add((data[at]! << 16) | (data[at + 1]! << 8) | data[at + 2]!)
    return found.size
  }, picture)
}

async function openFirstEpisode(page: Page): Promise<void> {
  await page.getByRole('navigation').getByRole('button', { name: 'Forgetting', exact: true }).click()
  await page.getByRole('row').nth(1).dblclick()
  await page.getByRole('heading', { name: /^Episode / }).waitFor()
}

it('an episode and a trained agent are set in motion', async () => {
  const { page } = lethe
  const run = await page.evaluate(async () => {
    await window.lethe.call('trajectories.collect', {
      ...({ environment: 'hopper', policy: 'medium', episodes: 4, seed: 3, noise: 0.02, variant: 'v4' } as const),
      ...{ name: 'Hops', task: 'collect-hops' },
    })
    const draft = { algorithm: 'td3-bc', data: 'hops', seed: 1, preset: 'tiny', set: {}, device: 'auto' } as const
    const made = await window.lethe.call('forgetting.train', draft)
    if (!made.ok) throw new Error(made.error.message)
    return made.value.run
  })
  const state = () =>
    page.evaluate(async (id) => {
      const shown = await window.lethe.call('runs.show', { run: id })
      return shown.ok ? shown.value.summary.state : shown.error.message
    }, run)
  await expect.poll(state, { timeout: 90_000 }).toBe('succeeded')
  await openFirstEpisode(page)
  await page.getByRole('radio', { name: 'Replay', exact: true }).check()
  await page.getByRole('button', { name: 'Replay', exact: true }).click()
  await page.locator('canvas[data-frames]').waitFor({ timeout: 90_000 })
  expect(await page.locator('.robot-names').innerText()).toMatch(/Recorded[^]*Agent/)
  await page.getByText('The physics are those of the record.').waitFor()
  await expect.poll(() => coloursOf(page)).toBeGreaterThan(20)
}, 240_000)

it.each(['light', 'dark'])('axe finds nothing, %s', async (theme) => {
  await setTheme(lethe.page, theme)
  expect(await violations(lethe.page)).toEqual([])
})

it('keys scrub, and the cursor of the curves goes along', async () => {
  const { page } = lethe
  await scene(page).focus()
  const [before, drawn] = [await cursor(page), await frames(page)]
  await page.keyboard.press('Shift+ArrowRight')
  await page.keyboard.press('Shift+ArrowRight')
  await page.keyboard.press('ArrowRight')
  await page.keyboard.press('ArrowLeft')
  expect(await step(page)).toBe(20)
  await expect.poll(() => frames(page)).toBeGreaterThan(drawn)
  await expect.poll(() => cursor(page)).toBeGreaterThan(before)
  await page.keyboard.press('End')
  const [, at, last] = (await place(page))!
  expect(at).toBe(last)
  await page.keyboard.press('Home')
  expect(await step(page)).toBe(0)
})

it('a click on a curve goes there, and the arrow keys on it step on', async () => {
  const { page } = lethe
  const [, , last] = (await place(page))!
  const chart = page.locator('.replay-curves .u-over').first()
  const { width, height } = (await chart.boundingBox())!
  await chart.click({ position: { x: width / 2, y: height / 2 } })
  await expect.poll(() => step(page)).toBeGreaterThan(0.4 * Number(last))
  const clicked = await step(page)
  expect(clicked).toBeLessThan(0.6 * Number(last))
  await page.locator('.replay-curves .chart-place').first().press('ArrowRight')
  expect(await step(page)).toBe(clicked + 1)
})

it('plays to the end, and draws nothing while nothing moves', async () => {
  const { page } = lethe
  await scene(page).focus()
  await page.getByRole('radio', { name: '4×' }).check()
  await scene(page).press(' ')
  await page.getByRole('button', { name: 'Stop', exact: true }).waitFor()
  await page.getByRole('button', { name: 'Play', exact: true }).waitFor({ timeout: 60_000 })
  const [, at, last] = (await place(page))!
  expect(at).toBe(last)
  const drawnMeanwhile = async () => {
    const before = await frames(page)
    await page.evaluate(() => new Promise((done) => setTimeout(() => requestAnimationFrame(done), 400)))
    return (await frames(page)) - before
  }
  await expect.poll(drawnMeanwhile).toBe(0)
})

it('without WebGL the robots are drawn from the side, and it is said', async () => {
  const { page } = lethe
  await page.getByRole('button', { name: 'Episodes', exact: true }).click()
  // What a machine without a driver answers.
  await page.evaluate(() => {
    const { getContext } = HTMLCanvasElement.prototype
    HTMLCanvasElement.prototype.getContext = function (this: HTMLCanvasElement, kind: string, ...rest: unknown[]) {
      return kind.startsWith('webgl') ? null : (getContext.call(this, kind as '2d', ...(rest as [])) as never)
    } as typeof getContext
  })
  await openFirstEpisode(page)
  await page.getByText('offers no 3D drawing').waitFor()
  await page.locator('canvas[data-frames]').waitFor()
  await expect.poll(() => coloursOf(page)).toBeGreaterThan(0)
  await scene(page).press('Shift+ArrowRight')
  expect(await step(page)).toBe(10)
}, 120_000)
