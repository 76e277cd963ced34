/** What must not be written in the shell and the page, or only in one place. Words, because a rule that can be read is kept. */
import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const sources = ['electron', 'renderer'].flatMap((folder) =>
  readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.tsx?$/.test(name) && !/\.test\.tsx?$/.test(name))
    .map((name) => `${folder}/${name}`),
)
const holding = (words: RegExp): string[] =>
  sources.filter((file) => words.test(readFileSync(join(root, file), 'utf8').replace(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, '')))

/** The page, and documents in which no script runs. */
const windowMakers = ['electron/documents.ts', 'electron/window.ts']

it('windows are made only in the files that carry their options', () => {
  expect(holding(/new BrowserWindow\b/).sort()).toEqual(windowMakers)
  // What is no page has no script, no preload and no way to the bridge.
  const documents = windowMakers.filter((file) => file !== 'electron/window.ts')
  for (const file of documents) {
    const text = readFileSync(join(root, file), 'utf8')
    expect(text, file).toContain('javascript: false')
    expect(text, file).not.toMatch(/\bpreload:/)
  }
})

it.each<[string, RegExp]>([
  ['a browser that is opened from here', /openExternal/],
  ['a weaker page', /webSecurity|allowRunningInsecureContent|experimentalFeatures|enableBlinkFeatures|allowpopups/],
  ['Node in a page', /nodeIntegration\w*: true|contextIsolation: false|sandbox: false|webviewTag: true/],
  ['other contents', /BrowserView\b|WebContentsView\b|<webview/],
  ['an update or crash report that leaves the machine', /autoUpdater|crashReporter|uploadToServer/],
  [
    'script given to a page as text',
    /executeJavaScript|dangerouslySetInnerHTML|insertAdjacentHTML|\beval\(|new Function\(/,
  ],
  ['the remote module', /@electron\/remote|enableRemoteModule/],
  ['a sandbox that is switched off', /appendSwitch\(\s*'no-sandbox/],
])('there is nowhere %s', (_what, words) => expect(holding(words)).toEqual([]))
