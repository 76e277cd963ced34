/** The workbench of private images by hand: a plan that follows the settings, a run from start to score, and its settings again. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { imagesPage } from './pages/images-page.ts'
import { startLethe, type Lethe } from './pages/lethe.ts'
import { runsPage } from './pages/runs-page.ts'

let lethe: Lethe
let images: ReturnType<typeof imagesPage>
let runs: ReturnType<typeof runsPage>
beforeAll(async () => {
  lethe = await startLethe()
  images = imagesPage(lethe.page)
  runs = runsPage(lethe.page)
})
afterAll(() => lethe.close())

/** σ as the plan shows it. */
const sigma = async (): Promise<number> => Number(/^σ ([\d.]+)/.exec(await images.noise())?.[1])

describe('planning', () => {
  it('begins with the built-in digits', async () => {
    await images.open()
    await images.addDigits()
    expect(await images.title()).toBe('DP-MERF on MNIST, ε = 1')
    expect(await images.noise()).toMatch(/^σ [34]\./)
  })

  it('answers each key on the slider with the noise: more ε, less of it', async () => {
    await images.slider().focus()
    for (let keys = 0; keys < 9; keys++) {
      const before = { epsilon: Number(await images.epsilon()), sigma: await sigma() }
      await lethe.page.keyboard.press('ArrowRight')
      await expect.poll(async () => Number(await images.epsilon())).toBeGreaterThan(before.epsilon)
      await expect.poll(sigma).toBeLessThan(before.sigma)
    }
    expect(await images.epsilon()).toBe('1.9')
  })

  it('takes settings back and forth', async () => {
    await images.typeEpsilon('3')
    await images.choose('Tiny')
    await images.undo()
    await expect.poll(() => images.isChosen('Desk')).toBe(true)
    await images.redo()
    await expect.poll(() => images.isChosen('Tiny')).toBe(true)
    expect(await images.epsilon()).toBe('3')
  })

  it('says that the budget does not allow it, what would fit, and takes that', async () => {
    await images.typeEpsilon('250')
    await lethe.page.getByText('The largest ε that fits').waitFor()
    expect(await images.obstacle()).toContain('its budget is 100')
    expect(await images.start().isEnabled()).toBe(false)
    await images.button('Use it').click()
    expect(await images.epsilon()).toBe('100')
    await expect.poll(() => images.start().isEnabled()).toBe(true)
  })

  it('names a field of the method that is out of range, and resets it', async () => {
    await images.openAdvanced()
    await images.field('Batch').fill('3')
    await lethe.page.getByText('Batch: Expected 10 to 5\u202f000.').waitFor()
    expect(await images.start().isEnabled()).toBe(false)
    await images.button('Reset').click()
    expect(await images.field('Batch').inputValue()).toBe('50')
    await expect.poll(() => images.start().isEnabled()).toBe(true)
  })

  it('keeps the settings over a restart of the window', async () => {
    await images.typeEpsilon('2')
    await images.choose('Release')
    await lethe.page.reload()
    await images.open()
    await expect.poll(() => images.noise().catch(() => '')).toMatch(/^σ 2\./)
    expect(await images.epsilon()).toBe('2')
    expect([await images.isChosen('Release'), await images.isChosen('Tiny')]).toEqual([true, true])
  })
})

describe('a run', () => {
  it('starts, and is cancelled', async () => {
    await images.start().click()
    await runs.reaches('running', ['succeeded', 'failed'])
    await runs.cancel()
    await runs.reaches('cancelled', ['succeeded', 'failed'])
  })

  it('is resumed to its score, of which only what is private is shown in release mode', async () => {
    await runs.resume()
    await runs.reaches('succeeded', ['failed'])
    const score = await images.score()
    expect(score).toMatch(/\d+\.\d %\s+accuracy, private: may be released/)
    expect(score).not.toContain('not private')
    expect(await images.scoreDetails()).toContain('Not comparable with the figures above')
    const { width } = await runs.sampleGrid()
    expect(width).toBeGreaterThanOrEqual(280)
  })

  it('stands among the results, and lends its settings', async () => {
    await images.button('Plan a run').click()
    await images.typeEpsilon('7')
    await lethe.page.locator('.images-own tbody tr').getByRole('button').click()
    await images.button('Use these settings').click()
    await expect.poll(() => images.title()).toBe('DP-MERF on MNIST, ε = 2')
    await expect.poll(() => images.epsilon()).toBe('2')
    await images.undo()
    await expect.poll(() => images.epsilon()).toBe('7')
  })
})
