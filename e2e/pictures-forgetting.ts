/** Pictures of Forgetting. Where the project holds nothing yet, a small set is collected and a tiny agent trained, made to forget, audited. */
import type { Page } from 'playwright'
import { forgettingPage } from './pages/forgetting-page.ts'
import { rail, type Picture } from './pages/picture.ts'

const grid = (page: Page) => page.getByRole('grid', { name: 'Episodes' })

async function openSet(page: Page): Promise<void> {
  await rail('Forgetting')(page)
  await page.getByRole('tab', { name: 'Trajectories' }).click()
  const collect = page.getByRole('button', { name: 'Collect a set…' })
  await collect.or(grid(page)).first().waitFor()
  if (!(await collect.isVisible())) return
  await collect.click()
  await forgettingPage(page).collect('Hopper medium-expert', 60)
}

/** Around the lower left of the scatter plot: short episodes of little return. */
async function drawLasso(page: Page): Promise<void> {
  const { x, y, width, height } = (await page.locator('.episodes-scatter').boundingBox())!
  const line = [
    [0.01, 0.6],
    [0.2, 0.6],
    [0.3, 0.8],
    [0.2, 0.99],
    [0.01, 0.99],
  ] as const
  for (const [index, [across, down]] of line.entries()) {
    await page.mouse.move(x + across * width, y + down * height, { steps: 4 })
    if (index === 0) await page.mouse.down()
  }
  await page.mouse.up()
}

/** An agent, one that forgot of it, and its audit: those of the project, or made now. */
async function makeAgents(page: Page): Promise<void> {
  await openSet(page)
  await page.evaluate(async () => {
    const { lethe } = window
    const all = await lethe.call('forgetting.agents', {})
    if (!all.ok) throw new Error(all.error.message)
    if (all.value.some(({ original }) => original !== null)) return
    const sets = await lethe.call('trajectories.list', {})
    const data = sets.ok ? sets.value[0]!.id : ''
    const until = async (made: Awaited<ReturnType<typeof lethe.call<'forgetting.train'>>>): Promise<string> => {
      if (!made.ok) throw new Error(made.error.message)
      for (;;) {
        const shown = await lethe.call('runs.show', { run: made.value.run })
        const state = shown.ok ? shown.value.summary.state : 'failed'
        if (state === 'succeeded') return made.value.run
        if (state === 'failed') throw new Error(`Run ${made.value.run} failed.`)
        await new Promise((resolve) => setTimeout(resolve, 500))
      }
    }
    const how = { seed: 1, preset: 'tiny', device: 'auto' } as const
    const train = { ...how, algorithm: 'td3-bc', data, set: { steps: 4000, evaluations: 4 } }
    const agent = await until(await lethe.call('forgetting.train', train))
    const forget = { ...how, agent, forget: 'random:0.15', method: 'trajdeleter', set: { steps: 400 } }
    const unlearned = await until(await lethe.call('forgetting.unlearn', forget))
    const audit = { ...how, agent: unlearned, original: null, retrained: null, episodes: 'auto', set: {} }
    await until(await lethe.call('audit.start', audit))
  })
}

/** What a run said at its end lies over the picture. */
async function dismissNotices(page: Page): Promise<void> {
  await page.waitForTimeout(500) // the last of them is on its way
  for (const cross of await page.locator('.notice .cross').all()) await cross.click({ timeout: 2000 }).catch(() => {})
}

export const forgettingPictures: readonly Picture[] = [
  {
    name: 'forgetting',
    visit: async (page) => {
      await openSet(page)
      await drawLasso(page)
      await grid(page).locator('tbody tr').nth(2).click()
      await page.getByRole('figure', { name: /^Rewards of episode/ }).waitFor()
    },
  },
  {
    name: 'before-after',
    visit: async (page) => {
      await makeAgents(page)
      await page.getByRole('tab', { name: 'Agents' }).click()
      await page.getByRole('grid', { name: 'Agents' }).getByText('TrajDeleter').first().dblclick()
      await page.locator('.before-after').waitFor()
      await dismissNotices(page)
    },
  },
  {
    name: 'unlearn',
    visit: async (page) => {
      await makeAgents(page)
      await page.getByRole('radio', { name: /TD3\+BC\s*\d/ }).check()
      await page.getByRole('region', { name: 'Select by rule' }).getByRole('button', { name: 'Select' }).click()
      await page.getByRole('tab', { name: 'Agents' }).click()
      await page.getByRole('radio', { name: 'Make it forget' }).check()
      await page.locator('.agents-touched, .agents-obstacle').first().waitFor()
    },
  },
  {
    name: 'audit',
    visit: async (page) => {
      await makeAgents(page)
      await page
        .getByRole('radio', { name: /, forgot \d/ })
        .first()
        .check()
      await page.getByRole('tab', { name: 'Audit' }).click()
      await page.locator('.audit-distances svg').waitFor()
      await dismissNotices(page)
    },
  },
  {
    name: 'replay',
    visit: async (page) => {
      await makeAgents(page)
      await page.getByRole('tab', { name: 'Trajectories' }).click()
      await grid(page).locator('tbody tr').nth(2).dblclick()
      await page.getByRole('radio', { name: 'Replay', exact: true }).check()
      const start = page.getByRole('button', { name: 'Replay', exact: true })
      const scene = page.locator('canvas[data-frames]')
      await start.or(scene).first().waitFor()
      if (await start.isVisible()) await start.click()
      await scene.waitFor({ timeout: 120_000 })
      await scene.focus()
      for (let tens = 0; tens < 12; tens++) await page.keyboard.press('Shift+ArrowRight')
      await dismissNotices(page)
    },
  },
  {
    name: 'requests',
    visit: async (page) => {
      await rail('Forgetting')(page)
      await page.getByRole('tab', { name: 'Requests' }).click()
    },
  },
]
