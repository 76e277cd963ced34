import type { z } from 'zod'
import { LetheError } from '../contract/errors.ts'

/**
 * What may be set by hand of a configuration: all but what the request says (`given`), which was checked with what it names.
 * Errors: `config-invalid`.
 */
export function settingsOf(
  set: Readonly<Record<string, unknown>> | undefined,
  schema: z.ZodObject,
  given: readonly string[],
  subject: string,
): Readonly<Record<string, unknown>> {
  const free = Object.keys(schema.shape).filter((name) => !given.includes(name))
  const refused = Object.keys(set ?? {}).find((name) => !free.includes(name))
  if (refused === undefined) return set ?? {}
  throw new LetheError(
    'config-invalid',
    given.includes(refused)
      ? `${subject}: ${refused} is no setting; it says what is worked on, and follows from the request.`
      : `${subject} has no setting ${refused}.`,
    `Can be set: ${free.join(', ')}.`,
  )
}
