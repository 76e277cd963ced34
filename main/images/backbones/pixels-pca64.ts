/**
 * The first 64 principal components of the real pictures' pixels (values 0 to 1): features that need no weights and know
 * nothing but the data. Fitted on the real set; both sets are then projected with its mean and axes.
 */
import { LetheError } from '../../contract/errors.ts'
import { matMul, symmetricEigen, type Matrix } from '../../tensor/double.ts'
import { covarianceOf } from '../metrics/frechet.ts'
import type { Features } from '../metrics/features.ts'
import { checkImages, nextBatch, type Backbone, type ImageBatch } from './backbone.ts'

const title = '64 principal components of the pixels'
const components = 64
/** A symmetric matrix of this size takes some 30 s to decompose; larger pictures want a network. */
const mostPixels = 3072
const batch = 4096

export const pixelsPca64: Backbone = {
  id: 'pixels-pca64',
  title,
  licence: 'Apache-2.0',
  featureLength: components,
  weights: null,
  caution:
    'Figures on pixel components see strokes and tones, not content. They compare only with figures fitted on the same real pictures.',
  async load({ reference } = {}) {
    if (!reference)
      throw new LetheError('config-invalid', 'pixels-pca64: expected the real pictures it is fitted on, found none')
    checkImages(reference)
    const length = reference.height * reference.width * reference.channels
    if (length < components || length > mostPixels)
      throw new LetheError(
        'config-invalid',
        `pixels-pca64: expected pictures of ${components} to ${mostPixels} values, found ${length}`,
        'Choose another backbone.',
      )
    const { mean, covariance } = covarianceOf(pixelsOf(reference, 0, reference.count), 'real')
    const { vectors } = symmetricEigen(covariance)
    const axes = lastColumns(vectors, components)
    return {
      title,
      weightsSha256: null,
      classify: null,
      dispose() {},
      async features(images, options = {}) {
        checkImages(images)
        if (
          images.height !== reference.height ||
          images.width !== reference.width ||
          images.channels !== reference.channels
        )
          throw new LetheError(
            'config-invalid',
            `pixels-pca64: expected pictures of ${shapeOf(reference)}, found ${shapeOf(images)}`,
            'Both sets need one shape of picture.',
          )
        const data = new Float64Array(images.count * components)
        for (let start = 0; start < images.count; start += batch) {
          await nextBatch(options, start, images.count)
          const { data: pixels, rows } = pixelsOf(images, start, Math.min(images.count, start + batch))
          const centered = new Float64Array(pixels)
          for (let i = 0; i < centered.length; i++) centered[i]! -= mean[i % length]!
          data.set(matMul({ data: centered, rows, columns: length }, axes).data, start * components)
        }
        options.onProgress?.(images.count, images.count)
        return { data, rows: images.count, columns: components }
      },
    }
  },
}

/** Pixels from 0 to 1. */
function pixelsOf({ data, height, width, channels }: ImageBatch, start: number, end: number): Features {
  const columns = height * width * channels
  const values = new Float32Array((end - start) * columns)
  for (let i = 0; i < values.length; i++) values[i] = data[start * columns + i]! / 255
  return { data: values, rows: end - start, columns }
}

/** The last columns in reverse: eigenvalues ascend, components descend. */
function lastColumns({ data, rows, columns }: Matrix, count: number): Matrix {
  const result = new Float64Array(rows * count)
  for (let row = 0; row < rows; row++)
    for (let column = 0; column < count; column++)
      result[row * count + column] = data[(row + 1) * columns - 1 - column]!
  return { data: result, rows, columns: count }
}

function shapeOf({ height, width, channels }: ImageBatch): string {
  return `${height} × ${width} × ${channels}`
}
