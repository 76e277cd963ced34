/** Forgetting by hand: a set is collected, looked through and selected from; an agent is trained on it, and forgets. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { File, ready } from 'h5wasm/node'
import type { Locator } from 'playwright'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { loadAxe, setTheme, violations } from './pages/axe.ts'
import { dataPage } from './pages/data-page.ts'
import { forgettingPage } from './pages/forgetting-page.ts'
import { startLethe, type Lethe } from './pages/lethe.ts'
import { runsPage } from './pages/runs-page.ts'

let lethe: Lethe
let page: ReturnType<typeof forgettingPage>
let data: ReturnType<typeof dataPage>
let runs: ReturnType<typeof runsPage>
let folder = ''

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lethe-e2e-forgetting-'))
  lethe = await startLethe()
  page = forgettingPage(lethe.page)
  data = dataPage(lethe.page, lethe.electron)
  runs = runsPage(lethe.page)
  await lethe.page.waitForSelector('.first-start')
  await loadAxe(lethe.page)
  await page.open()
})
afterAll(async () => {
  await lethe.close()
  await rm(folder, { recursive: true, force: true })
})

const press = (keys: string) => lethe.page.keyboard.press(keys)
/** By key alone: the button is gone to and pressed. */
async function enter(button: Locator): Promise<void> {
  await button.focus()
  await press('Enter')
}
/** Where the keyboard goes on, by its name or its words. */
const focused = (words: RegExp) =>
  expect
    .poll(() =>
      lethe.page.evaluate(() => {
        const at = document.activeElement
        return at === document.body ? 'nowhere' : (at?.getAttribute('aria-label') ?? at?.textContent ?? '')
      }),
    )
    .toMatch(words)

async function expectClean(): Promise<void> {
  await setTheme(lethe.page, 'dark')
  expect(await violations(lethe.page, ['color-contrast']), 'dark').toEqual([])
  await setTheme(lethe.page, 'light')
  expect(await violations(lethe.page), 'light').toEqual([])
}

/** Presses on the first point, goes along the others and lets go; places are shares of the element. */
async function draw(selector: string, points: readonly (readonly [number, number])[]): Promise<void> {
  const { x, y, width, height } = (await lethe.page.locator(selector).boundingBox())!
  const { mouse } = lethe.page
  for (const [index, [across, down]] of points.entries()) {
    await mouse.move(x + across * width, y + down * height)
    if (index === 0) await mouse.down()
  }
  await mouse.up()
}

describe('a set', () => {
  it('is collected: half of the episodes medium, half expert', async () => {
    await page.button('Collect a set…').click()
    await page.collect('Small hoppers', 12)
    expect(await page.shown()).toEqual(Array.from({ length: 12 }, (_, id) => String(id)))
    expect(await page.grid().locator('.reward-line').count()).toBe(12)
  })

  it('is filtered by words and figures, and what is shown is selected', async () => {
    // Also from beside a set: its button takes no letters.
    await lethe.page.getByRole('radio', { name: /^Small hoppers/ }).focus()
    await press('/')
    await lethe.page.keyboard.type('expert')
    await page.show('expert', 6)
    expect(await page.shown()).toEqual(['6', '7', '8', '9', '10', '11'])
    await page.show('walker', 0)
    await page.button('Clear the filter').click()
    await page.show('medium 0 - 1, 2', 3)
    await page.button('Select the 3 shown').click()
    await page.selects(3)
    await page.show('', 12)
    await page.button('Clear').click()
    await page.selects(0)
    await press('Control+z')
    await page.selects(3)
    await page.button('Clear').click()
    await page.selects(0)
  })

  it('is gone through by key: Space selects, Enter opens, Escape comes back', async () => {
    await page.grid().focus()
    await press('Home')
    await press('ArrowDown')
    await press('Space')
    await page.selects(1)
    await press('Enter')
    await lethe.page.getByRole('heading', { name: 'Episode 1', exact: true }).waitFor()
    await page.choose('States')
    await lethe.page.getByRole('figure', { name: 'torso height', exact: true }).waitFor()
    await expectClean()
    await focused(/^Episode 1$/)
    await press('Escape')
    await focused(/^Episodes$/)
  })

  it('shows only what is selected; one that is deselected on the way stays until one looks anew', async () => {
    await page.grid().focus()
    for (const keys of ['End', 'Space']) await press(keys)
    await page.selects(2)
    await lethe.page.getByLabel('Only selected').check()
    expect(await page.shown()).toEqual(['1', '11'])
    await page.grid().focus()
    for (const keys of ['End', 'Space']) await press(keys)
    await page.selects(1)
    expect(await page.shown()).toEqual(['1', '11'])
    await lethe.page.getByLabel('Only selected').uncheck()
    await lethe.page.getByLabel('Only selected').check()
    expect(await page.shown()).toEqual(['1'])
    await enter(page.button('Clear'))
    // Nothing is left to show alone, and the button that was pressed is gone.
    expect(await page.shown()).toHaveLength(12)
    await focused(/^The last ones/)
  })

  it('is selected from by drawing over the returns, and around points', async () => {
    await draw('.returns-bars', [
      [0.001, 0.5],
      [0.999, 0.5],
    ])
    await page.selects(12)
    // A press beside the points, with either button, chooses nothing and takes nothing away.
    await lethe.page.locator('.episodes-scatter').click({ position: { x: 2, y: 2 } })
    await lethe.page.locator('.episodes-scatter').click({ button: 'right' })
    await page.selects(12)
    // Around the lower left: the medium ones are short and return little.
    await draw('.episodes-scatter', [
      [0, 0.4],
      [0.7, 0.4],
      [0.7, 1],
      [0, 1],
    ])
    expect(Number.parseInt(await page.selection())).toBeGreaterThanOrEqual(1)
    await page.button('Clear').click()
  })

  it('is selected from by rule; what is no episode is said', async () => {
    await lethe.page.getByLabel('Which').selectOption('ids')
    await lethe.page.getByLabel('Numbers').fill('3, 99')
    await page.button('Select').first().click()
    await lethe.page.getByText('99 is not the id of an episode').waitFor()
    await lethe.page.getByLabel('Numbers').fill('3-5')
    await press('Enter')
    await page.selects(3)
    // A rule in place of what was selected takes nothing for good.
    await lethe.page.getByLabel('Numbers').fill('3, 4')
    await page.button('Select').first().click()
    await page.selects(2)
    await press('Control+z')
    await page.selects(3)
    await page.button('Select').first().click()
    await page.selects(2)
    await expectClean()
  })
})

describe('an agent', () => {
  it('is trained: first what it takes, then losses and returns', async () => {
    await page.tab('Agents')
    await page.choose('Tiny')
    await lethe.page.locator('.agents-start .button.primary:enabled').waitFor()
    await enter(page.button('Start training'))
    await focused(/^TD3\+BC on Small hoppers/)
    await runs.reaches('succeeded', ['failed'])
    expect(await page.outcome()).toMatch(/return[\s\S]*Learnt from 10 episodes/)
    await lethe.page.getByRole('figure', { name: 'Loss of the critic' }).waitFor()
    // Where nothing changes any more, nothing moves.
    await lethe.page.waitForFunction(() => document.getAnimations().length === 0)
  })

  it('is cancelled in the midst of a longer training, and resumed', async () => {
    await lethe.page.getByRole('textbox', { name: 'Updates' }).fill('200000')
    await page.start()
    await runs.reaches('running', ['succeeded', 'failed'])
    await runs.progress()
    await runs.cancel()
    await runs.reaches('cancelled', ['succeeded', 'failed'])
    await page
      .stopped()
      .getByRole('button', { name: /^Resume/ })
      .click()
    await runs.reaches('running', ['succeeded', 'failed'])
    await page.stopped().waitFor({ state: 'hidden' })
    await lethe.page.getByText('attempt 2').waitFor()
    await runs.cancel()
    await runs.reaches('cancelled', ['succeeded', 'failed'])
  })

  it('forgets: what it touches before, both phases, and before and after', async () => {
    await page.tab('Trajectories')
    await page.selects(2)
    await page.button('Make an agent forget them…').click()
    await page.choose('Tiny')
    await lethe.page.getByText('Forgets 2 episodes, goes on with 8').waitFor()
    await expectClean()
    await page.start()
    await runs.reaches('succeeded', ['failed'])
    expect(await page.outcome()).toMatch(/Its values[\s\S]*Return[\s\S]*Value, forgotten[\s\S]*Value, never seen/)
    const critic = lethe.page.getByRole('figure', { name: 'Loss of the critic' })
    expect(await critic.locator('.legend-name').allInnerTexts()).toEqual(['update', 'forgetting', 'convergence'])
    await expectClean()
  })

  it('is listed with what it forgot, and compared with the original', async () => {
    await enter(page.button('All agents'))
    await focused(/^Agents$/)
    const rows = lethe.page.getByRole('grid', { name: 'Agents' }).locator('tbody tr')
    expect(await rows.count()).toBe(2)
    expect(await rows.first().innerText()).toMatch(/TrajDeleter\s+\d+ \w+, [\d:]+\s+2\s/)
    await rows.first().dblclick()
    await page.button('Compare').click()
    await lethe.page.getByRole('heading', { name: '2 runs side by side' }).waitFor()
    await page.button('Close').click()
    await page.open()
  })
})

describe('an agent made elsewhere', () => {
  const fixture = (...parts: string[]) => join(process.cwd(), 'main', 'trajectories', 'foreign', 'fixtures', ...parts)
  const form = () => lethe.page.getByRole('complementary', { name: 'Settings' })

  it('is dropped, and what it lacks or does not say is told', async () => {
    await page.tab('Trajectories')
    await (await data.drag(fixture('bcq', 'model_6.pt'))).drop()
    await form().getByText('params.json', { exact: true }).waitFor()
    await data.dialogsAnswer(fixture('bcq', 'params.json'))
    await page.button('Choose files…').click()
    await form().getByText('the file does not say which this is').waitFor()
    expect(await page.button('Import agent').isDisabled()).toBe(true)
    await page.choose('Linear')
    await form().getByText('Without predictions nobody checks').waitFor()
    await expectClean()
  })

  it('comes in once it acts as it did, and is an agent as any other', async () => {
    await data.dialogsAnswer(...['model_6.pt', 'params.json', 'check.npz'].map((name) => fixture('td3-bc', name)))
    await page.button('Choose files…').click()
    await form().getByText('Its predictions are replayed first').waitFor()
    const facts = form().getByRole('region', { name: 'What it is' })
    await facts.getByText('11, standardised').waitFor()
    expect(await facts.innerText()).toContain('TD3+BC')
    await page.start()
    await runs.reaches('succeeded', ['failed'])
    expect(await page.outcome()).toMatch(/It acts as it did: over 12 predictions/)
    await lethe.page.getByRole('radio', { name: /TD3\+BC, imported/ }).waitFor()
    await page.button('Make it forget…').waitFor()
  })
})

describe('a file', () => {
  const steps = 30

  /** D4RL's columns of a task without a simulator. */
  async function write(name: string, rewards: Float32Array): Promise<string> {
    await ready
    const path = join(folder, name)
    const file = new File(path, 'w')
    const floats = (width: number) => Float32Array.from({ length: steps * width }, (_, index) => Math.sin(index))
    file.create_dataset({ name: 'observations', data: floats(4), shape: [steps, 4] })
    file.create_dataset({ name: 'actions', data: floats(2), shape: [steps, 2] })
    file.create_dataset({ name: 'rewards', data: rewards, shape: [steps] })
    const ends = Uint8Array.from({ length: steps }, (_, step) => Number(step % 10 === 9))
    file.create_dataset({ name: 'terminals', data: ends, shape: [steps] })
    file.create_dataset({ name: 'timeouts', data: new Uint8Array(steps), shape: [steps] })
    file.close()
    return path
  }

  async function importFile(): Promise<void> {
    await page.button('Import…').click()
    await lethe.page.getByRole('menuitem', { name: 'A file…' }).click()
  }

  it('with a reward that is no number is refused, and the episode named', async () => {
    const rewards = new Float32Array(steps).fill(1)
    rewards[13] = NaN
    await data.dialogsAnswer(await write('broken.hdf5', rewards))
    await importFile()
    expect(await data.refusal()).toContain('Episode 1, step 3: rewards is not a number.')
    await data.back()
  })

  it('without a simulator comes in, and what cannot be had is said', async () => {
    await data.dialogsAnswer(await write('ward-7.hdf5', new Float32Array(steps).fill(0.5)))
    await press('Control+4')
    await importFile()
    await data.nameField().waitFor()
    await data.button('Import').click()
    await page.grid().waitFor()
    expect(await page.shown()).toEqual(['0', '1', '2'])
    await lethe.page.getByText('no simulator', { exact: true }).waitFor()
  })

  it('takes nothing of what was selected in another', async () => {
    await page.selects(0)
    await lethe.page.getByRole('radio', { name: /Small hoppers/ }).check()
    await page.selects(2)
    await lethe.page.getByRole('radio', { name: /Ward 7/ }).check()
    await page.selects(0)
  })

  it('goes to the trash and comes back', async () => {
    await enter(page.button('More about Ward 7'))
    await enter(lethe.page.getByRole('menuitem', { name: 'Move to the trash' }))
    await data.notice('Ward 7 is in the trash').waitFor()
    expect(await lethe.page.getByRole('radio', { name: /Ward 7/ }).count()).toBe(0)
    // On the row beside it.
    await expect.poll(() => lethe.page.locator('[name=trajectories-set]:focus').count()).toBe(1)
    await data.notice('Ward 7 is in the trash').getByRole('button', { name: 'Undo' }).click()
    await lethe.page.getByRole('radio', { name: /Ward 7/ }).waitFor()
  })

  it('trains an agent that has an estimate in place of returns, called one', async () => {
    await lethe.page.getByRole('radio', { name: /Ward 7/ }).check()
    await page.tab('Agents')
    await page.button('Train an agent').click()
    await page.choose('Desk')
    await page.choose('Tiny')
    await page.start()
    await runs.reaches('succeeded', ['failed'])
    expect(await page.outcome()).toMatch(
      /Learnt from 2 episodes[\s\S]*Estimate\s[\s\S]*Recorded episodes[\s\S]*not a measurement/,
    )
    await page.button('All agents').click()
    const grid = lethe.page.getByRole('grid', { name: 'Agents' })
    expect(await grid.innerText()).toMatch(/Estimate\s+95 %/)
    await expectClean()
  })
})

describe('a window that was closed', () => {
  it('opens with what was put together: set, selection, filter and forms', async () => {
    await lethe.page.getByRole('radio', { name: /Small hoppers/ }).check()
    await page.tab('Trajectories')
    await page.show('', 12)
    await lethe.page.getByLabel('Which').selectOption('ids')
    await lethe.page.getByLabel('Numbers').fill('2, 4-6')
    await press('Enter')
    await page.selects(4)
    await page.show('medium', 6)
    await page.tab('Agents')
    await page.choose('Train')
    await page.choose('CQL')
    await page.choose('Fast')
    await lethe.page.reload()
    await lethe.page.waitForSelector('nav')
    await page.open()
    await lethe.page.getByRole('radio', { name: 'CQL', exact: true }).waitFor()
    for (const name of ['CQL', 'Fast', /^Small hoppers/])
      expect(await lethe.page.getByRole('radio', { name, exact: true }).isChecked(), String(name)).toBe(true)
    await page.tab('Trajectories')
    await page.selects(4)
    expect(await page.filter().inputValue()).toBe('medium')
  })
})

describe('the palette', () => {
  it('finds sets and agents before their screen was seen', async () => {
    await lethe.page.reload()
    await lethe.page.waitForSelector('nav')
    await press('Control+k')
    await lethe.page.keyboard.type('small hoppers')
    const found = lethe.page.locator('.palette-group', { hasText: 'Forgetting' }).getByRole('option')
    await found.filter({ hasText: /TD3\+BC on Small hoppers.*agent, forgot 2/ }).click()
    await lethe.page.getByRole('heading', { name: /TD3\+BC on Small hoppers forgets 2 episodes/ }).waitFor()
    expect(await lethe.page.getByRole('radio', { name: /TD3\+BC, forgot 2/ }).isChecked()).toBe(true)
  })
})
