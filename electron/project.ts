/** Which project folder this window works on. */
import { join, resolve } from 'node:path'

/** `--project DIR` or `--project=DIR`, made absolute; undefined where the words do not name one. */
export function namedProject(argv: readonly string[], folder: string): string | undefined {
  const at = argv.findIndex((argument) => argument === '--project' || argument.startsWith('--project='))
  const argument = at < 0 ? undefined : argv[at]?.includes('=') ? argv[at]?.slice('--project='.length) : argv[at + 1]
  return argument ? resolve(folder, argument) : undefined
}

/** The words, else `$LETHE_PROJECT`, else the folder that the terminal takes, too. */
export function projectFolder(
  argv: readonly string[],
  environment: Readonly<Record<string, string | undefined>>,
  home: string,
): string {
  return namedProject(argv, process.cwd()) ?? resolve(environment['LETHE_PROJECT'] || join(home, 'Documents', 'lethe'))
}
