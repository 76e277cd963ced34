/**
 * The only file that names the tensor library. Everything else writes `import { tf } from '…/tensor/tf.ts'` and has both
 * the functions (`tf.tidy`) and the types (`tf.Tensor`). The functions work once `loadBackend` of backend.ts has resolved.
 */
export * as tf from '@tensorflow/tfjs-core'
import type {} from '@tensorflow/tfjs-core/dist/public/chained_ops/register_all_chained_ops'
