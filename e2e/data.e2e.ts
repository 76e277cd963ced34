/** Images come in, are looked at, go to the trash and come back; the ledger remembers. All by hand, in the real window. */
import { mkdir, mkdtemp, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { deflateSync } from 'node:zlib'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { dataPage } from './pages/data-page.ts'
import { startLethe, type Lethe } from './pages/lethe.ts'

let lethe: Lethe
let data: ReturnType<typeof dataPage>
let folder = ''
const side = 8

/** A gray PNG, each with one value, written by hand: the test shares no code with what it tests. */
function png(value: number): Buffer {
  const chunk = (type: string, body: Buffer): Buffer => {
    const named = Buffer.concat([Buffer.from(type, 'latin1'), body])
    const frame = Buffer.alloc(8)
    frame.writeUInt32BE(body.length, 0)
    frame.writeUInt32BE(crc(named), 4)
    return Buffer.concat([frame.subarray(0, 4), named, frame.subarray(4)])
  }
  const header = Buffer.from([0, 0, 0, side, 0, 0, 0, side, 8, 0, 0, 0, 0])
  const rows = Buffer.concat(
    Array.from({ length: side }, () => Buffer.from([0, ...new Array<number>(side).fill(value)])),
  )
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])
  return Buffer.concat([
    signature,
    chunk('IHDR', header),
    chunk('IDAT', deflateSync(rows)),
    chunk('IEND', Buffer.alloc(0)),
  ])
}

/** CRC-32 of ISO 3309, bit by bit. */
function crc(bytes: Buffer): number {
  let value = ~0
  for (const byte of bytes) {
    value ^= byte
    for (let bit = 0; bit < 8; bit++) value = (value >>> 1) ^ (value & 1 ? 0xedb88320 : 0)
  }
  return ~value >>> 0
}

async function classFolders(name: string, count: number): Promise<string> {
  for (const one of ['cat', 'dog']) await mkdir(join(folder, name, one), { recursive: true })
  for (let index = 0; index < count; index++)
    await writeFile(join(folder, name, index % 2 ? 'dog' : 'cat', `${1000 + index}.png`), png(index % 256))
  return join(folder, name)
}

const inData = () => readdir(join(lethe.project, 'data')).catch(() => [])

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lethe-e2e-data-'))
  lethe = await startLethe()
  data = dataPage(lethe.page, lethe.electron)
  await data.open('Data')
})
afterAll(async () => {
  await lethe.close()
  await rm(folder, { recursive: true, force: true })
})

it('says what is wrong with a truncated file, copies nothing, and goes on', async () => {
  const idx = Buffer.concat([Buffer.from([0, 0, 8, 3, 0, 0, 0, 30, 0, 0, 0, 4, 0, 0, 0, 4]), Buffer.alloc(100)])
  const cut = join(folder, 'cut-images-idx3-ubyte')
  await writeFile(cut, idx)
  await data.chooseFile(cut)
  const words = await data.refusal()
  expect(words).toContain('cut-images-idx3-ubyte')
  expect(words).toContain('480') // expected
  expect(words).toContain('100') // found
  expect(await data.button('Import').count()).toBe(0)
  await data.back()
  expect(await inData()).toEqual([])
})

it('names one broken picture among good ones', async () => {
  const bruised = await classFolders('bruised', 40)
  await truncate(join(bruised, 'dog', '1003.png'), 40)
  await data.chooseFolder(bruised)
  expect(await data.refusal()).toContain('1003.png')
  expect(await lethe.page.locator('.source-tiles img').count()).toBeGreaterThan(20)
  await data.back()
})

it('takes what is dropped anywhere on the window', async () => {
  await data.open('Runs')
  const { drop } = await data.drag(await classFolders('dropped', 24))
  await lethe.page.getByText('Drop to look at it').waitFor()
  await drop()
  await data.nameField().waitFor()
  expect(await data.nameField().inputValue()).toBe('Dropped')
  expect(await lethe.page.getByText('Drop to look at it').count()).toBe(0)
  await data.button('Cancel').click()
  expect(await inData()).toEqual([])
})

it('shows what a folder is, names a wrong field, and imports it', async () => {
  await data.chooseFolder(await classFolders('ward_photos', 120))
  await data.nameField().waitFor()
  expect(await data.nameField().inputValue()).toBe('Ward photos')
  expect(await lethe.page.locator('.source-facts').innerText()).toMatch(/120[\s\S]*8 × 8/)
  expect(await lethe.page.locator('.splits dd').allInnerTexts()).toEqual(['90', '10', '20'])
  expect(await inData()).toEqual([])
  await data.nameField().fill('—')
  await data.button('Import').click()
  await lethe.page.getByText('One field needs correcting').waitFor()
  expect(await data.nameField().getAttribute('aria-invalid')).toBe('true')
  await data.nameField().fill('Ward photos')
  await data.button('Import').click()
  await lethe.page.getByRole('heading', { name: 'Ward photos', level: 1 }).waitFor()
  expect(await inData()).toEqual(['ward-photos'])
})

it('covers sensitive images until asked, and notes the look in the ledger once', async () => {
  await lethe.page.getByRole('heading', { name: 'These images are sensitive' }).waitFor()
  const address = 'app://lab/data/ward-photos/tiles.png?split=train&start=0&count=10&columns=5'
  const served = () =>
    lethe.page.evaluate(
      (url) =>
        new Promise<number>((resolve) => {
          const image = new Image()
          image.onload = () => resolve(image.naturalWidth)
          image.onerror = () => resolve(0)
          image.src = `${url}&t=${Math.random()}`
        }),
      address,
    )
  expect(await served()).toBe(0)
  await data.button('Show the images').click()
  await lethe.page.locator('.image-stage').waitFor()
  expect(await served()).toBe(5 * side)
  const lines = (await readFile(join(lethe.project, 'ledger', 'ward-photos.ndjson'), 'utf8')).trim().split('\n')
  expect(lines.map((line) => (JSON.parse(line) as { kind: string }).kind)).toEqual(['open', 'read'])
})

it('an import that is stopped leaves nothing', async () => {
  await data.back()
  const large = join(folder, 'large.npy')
  const header = `{'descr': '|u1', 'fortran_order': False, 'shape': (400, 1024, 1024), }`.padEnd(117) + '\n'
  const head = Buffer.concat([Buffer.from('\x93NUMPY\x01\x00\x76\x00', 'latin1'), Buffer.from(header, 'latin1')])
  await writeFile(large, head)
  await truncate(large, head.length + 400 * 1024 * 1024)
  await data.dialogsAnswer(large)
  await data.button('Import…').click()
  await lethe.page.getByRole('menuitem', { name: 'A file…' }).click()
  await data.nameField().waitFor({ timeout: 60_000 })
  await data.button('Import').click()
  await data.button('Stop').click()
  await data.notice('Nothing of it was kept').waitFor()
  expect(await inData()).toEqual(['ward-photos'])
  await data.back()
})

it('moves a set to the trash and takes it back with Ctrl+Z', async () => {
  await data.more('Ward photos', 'Move to the trash')
  await data.notice('Ward photos is in the trash').waitFor()
  expect(await inData()).toEqual([])
  await lethe.page.keyboard.press('Control+z')
  await data.notice('Ward photos is back').waitFor()
  expect(await inData()).toEqual(['ward-photos'])
  expect(await data.names()).toEqual(['Ward photos'])
})

it('restores from the trash, and removes for good only what was named', async () => {
  await data.more('Ward photos', 'Move to the trash')
  await data.button('Trash 1').click()
  await data.button('Restore').click()
  await lethe.page.getByText('The trash is empty').waitFor()
  expect(await inData()).toEqual(['ward-photos'])
  await data.back()
  await data.more('Ward photos', 'Move to the trash')
  await data.button('Trash 1').click()
  await data.button('Remove for good…').click()
  const dialog = lethe.page.getByRole('dialog')
  const sure = dialog.getByRole('button', { name: 'Remove for good' })
  expect(await sure.isDisabled()).toBe(true)
  await dialog.getByRole('textbox').fill('Ward photos')
  await sure.click()
  await data.notice('gone for good').waitFor()
  expect(await readdir(join(lethe.project, 'trash'))).toEqual([])
})

it('keeps the ledger of what is gone, verifies it, and changes a budget only with a reason', async () => {
  await data.open('Ledger')
  await lethe.page.getByText('removed; its ledger is kept').waitFor()
  await data.button('Verify now').click()
  await lethe.page.getByText('Intact').waitFor()
  await data.button('Change the budget…').click()
  const dialog = lethe.page.getByRole('dialog')
  const budget = dialog.getByRole('textbox', { name: 'Privacy budget ε' })
  await budget.fill('5')
  await data.button('Set the budget').click()
  await dialog.getByText('Say why').waitFor()
  await dialog.getByRole('textbox', { name: 'Reason' }).fill('Half of it went to another study.')
  await data.button('Set the budget').click()
  await dialog.waitFor({ state: 'detached' })
  await lethe.page.locator('.data-ledger tbody', { hasText: 'Half of it went to another study.' }).waitFor()
  const file = join(lethe.project, 'ledger', 'ward-photos.ndjson')
  await writeFile(file, (await readFile(file, 'utf8')).replace('another study', 'another stud1'))
  await data.button('Verify now').click()
  await lethe.page.getByText('Not intact from entry 2').waitFor()
})
