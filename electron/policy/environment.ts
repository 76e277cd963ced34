/** The environment a lab or trainer process is given: a list of what it needs, so that nothing else leaks into it. */

const names: ReadonlySet<string> = new Set(['PATH', 'HOME', 'USER', 'LANG', 'TZ', 'TMPDIR', 'LD_LIBRARY_PATH'])
const prefixes: readonly string[] = ['LC_', 'LETHE_', 'TF_', 'CUDA_', 'NVIDIA_', 'OMP_']

/** Windows keeps its own few, without which no process starts there. */
const windows: ReadonlySet<string> = new Set(['SYSTEMROOT', 'TEMP', 'TMP', 'USERPROFILE', 'APPDATA', 'LOCALAPPDATA'])

const defaults: Readonly<Record<string, string>> = { TF_CPP_MIN_LOG_LEVEL: '2', TF_FORCE_GPU_ALLOW_GROWTH: 'true' }

export function childEnvironment(
  parent: Readonly<Record<string, string | undefined>>,
  platform: string = process.platform,
): Record<string, string> {
  const result: Record<string, string> = { ...defaults }
  for (const [name, value] of Object.entries(parent)) {
    if (value === undefined) continue
    const allowed =
      names.has(name) ||
      prefixes.some((prefix) => name.startsWith(prefix)) ||
      (platform === 'win32' && (windows.has(name.toUpperCase()) || name.toUpperCase() === 'PATH'))
    if (allowed) result[name] = value
  }
  return result
}
