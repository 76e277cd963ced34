/** Every metric of image sets, for lists, help and reports. */
export interface ImageMetric {
  readonly id: string
  readonly title: string
  readonly paper: string
  readonly direction: 'higher' | 'lower'
  /** What it is computed from. */
  readonly needs: 'features' | 'probabilities'
  /** Looks at the real images without noise: logged as a non-private read and left out of release-mode reports. */
  readonly readsPrivateData: boolean
  /** What it tells, in a sentence. */
  readonly meaning: string
}

export const imageMetrics = [
  {
    id: 'frechet',
    title: 'Fréchet distance',
    paper: 'Heusel et al., NeurIPS 2017',
    direction: 'lower',
    needs: 'features',
    readsPrivateData: true,
    meaning:
      'How far apart two sets lie, as Gaussians in feature space. Comparable only on the same backbone and set sizes.',
  },
  {
    id: 'precision',
    title: 'Precision',
    paper: 'Kynkäänniemi et al., NeurIPS 2019',
    direction: 'higher',
    needs: 'features',
    readsPrivateData: true,
    meaning: 'The share of synthetic images that could be real: inside the neighbourhood of a real one.',
  },
  {
    id: 'recall',
    title: 'Recall',
    paper: 'Kynkäänniemi et al., NeurIPS 2019',
    direction: 'higher',
    needs: 'features',
    readsPrivateData: true,
    meaning:
      'The share of real images that the synthetic set could have made: inside the neighbourhood of a synthetic one.',
  },
  {
    id: 'kid',
    title: 'Kernel distance',
    paper: 'Bińkowski et al., ICLR 2018',
    direction: 'lower',
    needs: 'features',
    readsPrivateData: true,
    meaning: 'How far apart two sets lie by a cubic kernel; unbiased, so small sets may come out just below zero.',
  },
  {
    id: 'inceptionScore',
    title: 'Inception-like score',
    paper: 'Salimans et al., NeurIPS 2016',
    direction: 'higher',
    needs: 'probabilities',
    readsPrivateData: false,
    meaning: 'How sure and how varied a classifier finds the synthetic images. It never looks at real ones.',
  },
] as const satisfies readonly ImageMetric[]
