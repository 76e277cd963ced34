/**
 * Every failure a person can meet has one of these codes; a help page answers each.
 * Say: what (path or field), what was expected, what was found, what to do (the hint).
 */
export const errorCodes = [
  'usage', // the command or call was given wrong words
  'config-invalid', // a configuration field is missing, of the wrong type or out of range
  'file-missing',
  'file-unreadable', // permission, a device, a symbolic link
  'file-malformed', // the bytes are not what the format says
  'file-too-large', // declared or inflated size over the limit
  'format-unknown',
  'format-unsupported', // a real format, but a variant that is refused (pickle, object arrays, filters)
  'dataset-missing',
  'dataset-exists',
  'dataset-corrupt', // the stored bytes no longer match their hash
  'budget-exceeded',
  'privacy-unreachable', // no noise reaches the target epsilon
  'privacy-invalid', // a mechanism or relation the accountant does not cover
  'ledger-corrupt',
  'review-corrupt', // the chain of a review no longer holds
  'request-corrupt', // the record of a deletion request no longer holds
  'run-missing',
  'run-locked', // another process works on it
  'run-state', // the run is not in a state that allows this
  'checkpoint-corrupt',
  'method-missing',
  'backend-missing', // native TensorFlow is not installed
  'out-of-memory',
  'disk-full',
  'folder-read-only',
  'project-missing', // its folder is not there any more
  'project-locked',
  'project-newer', // written by a later version
  'cancelled',
  'engine-gone', // the process that worked on the run died
  'internal',
] as const

export type ErrorCode = (typeof errorCodes)[number]

/** The one error class that leaves a module. `message` says what, expected and found; `hint` says what to do. */
export class LetheError extends Error {
  readonly code: ErrorCode
  readonly hint: string
  constructor(code: ErrorCode, message: string, hint = '', options?: { cause?: unknown }) {
    super(message, options)
    this.name = 'LetheError'
    this.code = code
    this.hint = hint
  }
}

/** What crosses a process in place of a thrown error. */
export interface ErrorRecord {
  readonly code: ErrorCode
  readonly message: string
  readonly hint: string
}

const systemErrors: Record<string, [ErrorCode, string]> = {
  ENOENT: ['file-missing', 'Check the path.'],
  ENOTDIR: ['file-missing', 'A part of the path is a file, not a folder. Check the path.'],
  EISDIR: ['file-unreadable', 'Name a file, not a folder.'],
  EACCES: ['file-unreadable', 'Check the permissions of the file or folder.'],
  EPERM: ['file-unreadable', 'Check the permissions of the file or folder.'],
  EROFS: ['folder-read-only', 'Choose a project folder that can be written.'],
  ENOSPC: ['disk-full', 'Free some space, then resume the run.'],
  EDQUOT: ['disk-full', 'Free some space, then resume the run.'],
}

/** Any thrown value as a record: our own errors as they are, the system's by their code, all else as `internal`. */
export function toErrorRecord(thrown: unknown): ErrorRecord {
  if (thrown instanceof LetheError) return { code: thrown.code, message: thrown.message, hint: thrown.hint }
  const error = thrown instanceof Error ? thrown : new Error(String(thrown))
  const known = systemErrors[(error as { code?: string }).code ?? '']
  if (known) return { code: known[0], message: error.message, hint: known[1] }
  return {
    code: 'internal',
    message: error.message,
    hint: 'This is a fault of Lethe; error.log in the run folder, if there is one, has the details.',
  }
}
