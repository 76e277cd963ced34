/** What a process that died had to say, in words a person can act on. */

interface Cause {
  readonly pattern: RegExp
  readonly reason: string
}

/** The first that fits is told. */
export const knownCauses: readonly Cause[] = [
  {
    pattern: /CUDA_ERROR_OUT_OF_MEMORY|failed to allocate .* on device|GPU.*out of memory/i,
    reason: 'The graphics card ran out of memory. Lower the batch size, or close other programs that use the card.',
  },
  {
    pattern:
      /CUDA driver version is insufficient|CUDA_ERROR_SYSTEM_DRIVER_MISMATCH|forward compatibility was attempted/i,
    reason:
      'The driver of the graphics card is too old for this build of TensorFlow. Update it, or work on the processor.',
  },
  {
    pattern: /libcud\w+\.so[.\d]*|libcublas\S*|Could not load dynamic library|no CUDA-capable device|cuInit/i,
    reason: 'A library of CUDA is missing or no card was found. Work on the processor, or install it.',
  },
  {
    pattern:
      /std::bad_alloc|Cannot allocate memory|ENOMEM|heap out of memory|RESOURCE_EXHAUSTED|OOM when allocating|Allocation failed/i,
    reason: 'Memory ran out. Lower the batch size or the number of images, or close other programs.',
  },
  {
    pattern: /Illegal instruction|compiled to use .* (?:AVX|SSE|FMA)|\bAVX\d?\b.*(?:not|un)\s*(?:available|supported)/i,
    reason: 'This processor lacks instructions that TensorFlow needs (AVX).',
  },
  {
    pattern: /error while loading shared libraries|cannot open shared object file|GLIBC(?:XX)?_[\d.]+['’]? not found/i,
    reason: 'A library of the system is missing or too old. Diagnostics says which.',
  },
  { pattern: /ENOSPC|No space left on device/i, reason: 'The disk is full. Free some space, then resume the run.' },
  { pattern: /EMFILE|ENFILE|Too many open files/i, reason: 'Too many files are open on this machine.' },
  { pattern: /EACCES|EPERM|Permission denied/i, reason: 'A file or folder of the project may not be read or written.' },
  { pattern: /EROFS|Read-only file system/i, reason: 'The project lies on a disk that cannot be written.' },
]

/** Killed by the system (9), out of memory most often; a fault in native code (4, 6, 7, 8, 11; +128 as shells count). */
const bySignal: Readonly<Record<number, string>> = {
  4: 'This processor lacks instructions that TensorFlow needs (AVX).',
  9: 'The system killed it, most often because memory ran out.',
  11: 'It crashed in native code.',
}

/** Null when nothing is known. */
export function causeOf(stderr: string, code: number): string | null {
  const known = knownCauses.find(({ pattern }) => pattern.test(stderr))
  return known?.reason ?? bySignal[code > 128 ? code - 128 : code] ?? null
}
