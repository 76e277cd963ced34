// Lets a bare Electron runtime open the application folder named on its command line, as Electron's own default app does.
const { app } = require('electron')
const { readFileSync } = require('node:fs')
const { join, resolve } = require('node:path')

const words = process.argv.slice(1)
let folder
for (let i = 0; i < words.length && folder === undefined; i++) {
  if (words[i] === '-r' || words[i] === '--require') require(resolve(words[++i]))
  else if (!words[i].startsWith('-')) folder = resolve(words[i])
}

if (folder === undefined) {
  console.error('Name the folder of an application: electron FOLDER [WORDS]')
  app.exit(2)
} else {
  try {
    const {
      name,
      productName,
      version,
      main = 'index.js',
    } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
    process.defaultApp = true
    app.setAppPath(folder)
    if (productName ?? name) app.setName(productName ?? name)
    if (version) app.setVersion(version)
    require('node:module')._load(join(folder, main), module, true)
  } catch (error) {
    console.error(error.stack)
    app.exit(1)
  }
}
