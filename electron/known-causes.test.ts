import { expect, it } from 'vitest'
import { causeOf } from './known-causes.ts'

// Lines as TensorFlow, Node and the loader print them.
it.each<[string, number, string]>([
  ['W tensorflow/tsl: OOM when allocating tensor with shape[64,28,28]', 1, 'Memory ran out'],
  ['FATAL ERROR: Reached heap limit Allocation failed - JavaScript heap out of memory', 134, 'Memory ran out'],
  ["terminate called after throwing an instance of 'std::bad_alloc'", 134, 'Memory ran out'],
  ['failed to alloc: CUDA_ERROR_OUT_OF_MEMORY: out of memory', 1, 'graphics card ran out'],
  ['CUDA driver version is insufficient for CUDA runtime version', 1, 'driver of the graphics card'],
  ["Could not load dynamic library 'libcudart.so.12'", 1, 'library of CUDA'],
  ['The TensorFlow library was compiled to use AVX2 instructions, but these are not available', 134, 'AVX'],
  ['libtensorflow_cc.so.2: cannot open shared object file: No such file or directory', 1, 'library of the system'],
  ['Error: ENOSPC: no space left on device, write', 1, 'disk is full'],
  ["Error: EACCES: permission denied, open 'x'", 1, 'may not be read'],
  ['', 9, 'system killed it'],
  ['', 137, 'system killed it'],
  ['', 139, 'crashed in native code'],
  ['', 132, 'AVX'],
])('%j, code %d', (stderr, code, words) => expect(causeOf(stderr, code)).toContain(words))

it('guesses nothing', () => expect(causeOf('Error: something else', 1)).toBeNull())
