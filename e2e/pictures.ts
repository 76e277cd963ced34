/** Goes through the screens of the real window and takes a picture of each; started by tools/pictures.mjs. */
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { startLethe, type Lethe } from './pages/lethe.ts'
import { rail, type Picture } from './pages/picture.ts'
import { runsPage } from './pages/runs-page.ts'
import { forgettingPictures } from './pictures-forgetting.ts'

const pictures: readonly Picture[] = [
  { name: 'first-start', visit: (page) => page.waitForSelector('.first-start'), freshOnly: true },
  {
    name: 'run-done',
    visit: async (page) => {
      await runsPage(page).runDemo()
      await runsPage(page).reaches('succeeded', ['failed'])
    },
    always: true,
    freshOnly: true,
  },
  { name: 'runs', visit: rail('Runs') },
  {
    name: 'charts',
    visit: async (page) => {
      await rail('Runs')(page)
      await runsPage(page).openTab('Charts')
    },
  },
  {
    name: 'images-of-run',
    visit: async (page) => {
      await rail('Runs')(page)
      await runsPage(page).openTab('Images')
    },
  },
  { name: 'data', visit: rail('Data') },
  { name: 'images', visit: rail('Private images') },
  ...forgettingPictures,
  { name: 'ledger', visit: rail('Ledger') },
  {
    name: 'compare', // of a project with two runs or more
    visit: async (page) => {
      await rail('Runs')(page)
      await page
        .locator('.run-item')
        .nth(1)
        .click({ modifiers: ['Control'] })
      await page.getByRole('button', { name: 'Compare', exact: true }).click()
      await page.waitForSelector('.compare-table')
    },
    projectOnly: true,
  },
  { name: 'review', visit: rail('Review') },
  { name: 'help', visit: rail('Help') },
  {
    name: 'palette',
    visit: async (page) => {
      await rail('Runs')(page)
      await page.keyboard.press('Control+k')
    },
  },
]

const themes = ['light', 'dark'] as const
const sizes = process.env['PICTURES_SMALL']
  ? ([[1280, 720]] as const)
  : ([
      [1280, 720],
      [1920, 1080],
    ] as const)

async function resize({ electron, page }: Lethe, width: number, height: number): Promise<void> {
  await electron.evaluate(
    ({ BrowserWindow }, size) => BrowserWindow.getAllWindows()[0]?.setContentSize(size.width, size.height),
    { width, height },
  )
  await page.waitForFunction((wanted) => window.innerWidth === wanted, width)
}

/** Places whose content is wider than they are and can neither be scrolled nor says by an ellipsis that there is more. */
const cutOff = (page: Lethe['page']): Promise<string[]> =>
  page.evaluate(() =>
    [...document.querySelectorAll<HTMLElement>('body *')]
      .filter((place) => {
        const { overflowX, textOverflow } = getComputedStyle(place)
        const hides = overflowX === 'hidden' && textOverflow !== 'ellipsis' && place.clientWidth > 1
        return hides && place.scrollWidth > place.clientWidth + 1
      })
      .map((place) => {
        const edge = place.getBoundingClientRect().right
        const beyond = [...place.querySelectorAll('*')].filter((one) => one.getBoundingClientRect().right > edge + 1)
        return [place, beyond[0]]
          .map((one) => `${one?.tagName.toLowerCase()}.${one?.getAttribute('class')}`)
          .join(' by ')
      }),
  )

/** Every theme and size of what is shown now. */
async function take(lethe: Lethe, name: string, folder: string, faults: string[]): Promise<number> {
  for (const [width, height] of sizes) {
    await resize(lethe, width, height)
    for (const theme of themes) {
      await lethe.page.emulateMedia({ colorScheme: theme, reducedMotion: 'reduce' })
      await lethe.page.waitForTimeout(250) // fonts, pictures and charts have drawn
      await lethe.page.screenshot({ path: join(folder, `${name}-${theme}-${width}.png`) })
    }
    for (const place of await cutOff(lethe.page)) faults.push(`${name}: at ${width} pixels cut off: ${place}`)
  }
  return sizes.length * themes.length
}

async function main(wanted: readonly string[], folder: string, project: string | undefined): Promise<number> {
  const unknown = wanted.filter((name) => !pictures.some((picture) => picture.name === name))
  if (unknown.length > 0)
    throw new Error(
      `No picture is called ${unknown.join(', ')}. There are: ${pictures.map((row) => row.name).join(', ')}`,
    )
  await mkdir(folder, { recursive: true })
  const lethe = await startLethe({}, project)
  const faults: string[] = []
  lethe.page.on('console', (message) => message.type() === 'error' && faults.push(message.text()))
  lethe.page.on('pageerror', (error) => faults.push(String(error)))
  lethe.page.setDefaultTimeout(30_000)
  let taken = 0
  try {
    for (const { name, visit, always, freshOnly, projectOnly } of pictures) {
      const asked = wanted.length === 0 || wanted.includes(name)
      if ((project ? freshOnly : projectOnly) || !(asked || always)) continue
      try {
        await visit(lethe.page)
        if (asked) taken += await take(lethe, name, folder, faults)
      } catch (error) {
        faults.push(`${name}: ${String(error)}`)
      }
    }
  } finally {
    await lethe.close()
  }
  for (const fault of faults) console.error(fault)
  console.log(`${taken} pictures in ${folder}, ${faults.length} faults`)
  return faults.length > 0 ? 1 : 0
}

process.exitCode = await main(
  process.argv.slice(2),
  process.env['PICTURES_TO'] ?? 'pictures',
  process.env['PICTURES_PROJECT'] || undefined,
)
