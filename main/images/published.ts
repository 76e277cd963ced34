/**
 * Published figures, as they stand in the tables and plot arrays of DPImageBench (Gong et al., CCS 2025). Single runs without error
 * bars, on other classifiers and other features than those here: points of orientation, never a target to be compared with.
 * Facts only; what looks odd in the source is kept as it is and carries a caution.
 */
import type { Published } from '../contract/calls/images.ts'

const table6 = 'DPImageBench, Gong et al., CCS 2025, README table 6'
const table7 = 'DPImageBench, Gong et al., CCS 2025, README table 7'
const figures = 'DPImageBench, Gong et al., CCS 2025, plot arrays of figures 5 and 10'

const sets = ['MNIST', 'FashionMNIST', 'CIFAR-10', 'CIFAR-100', 'EuroSAT', 'CelebA', 'Camelyon'] as const

/** Table 6: accuracy in percent at ε = 1 and ε = 10, in the order of `sets`. The best of ResNet, WideResNet and ResNeXt on the real test set. */
const accuracy = `
DP-MERF       | 80.3/81.3  62.2/62.2  27.2/29.0    3.4/4.2  34.9/28.0  81.0/81.2  60.4/58.3
DP-NTK        | 50.0/91.3  64.4/76.3  17.0/28.2    1.8/2.1  22.8/30.8  61.2/64.2  53.1/64.1
DP-Kernel     | 94.0/93.6  68.4/70.0  26.4/25.1    6.0/6.1  50.2/50.2  83.0/83.7  68.0/68.7
PE            | 27.9/32.7  47.9/57.8  64.6/75.3  15.4/24.9  32.1/36.8  70.5/74.2  63.3/64.9
GS-WGAN       | 72.4/75.3  52.7/56.7  20.4/21.3    1.3/1.6  28.6/29.7  61.4/61.5  52.1/58.9
DP-GAN        | 92.4/92.7  71.8/70.3  26.2/30.5    2.0/1.7  39.4/38.2  77.9/89.2  83.2/79.6
DPDM          | 89.2/97.7  76.4/85.6  28.9/36.8    2.4/2.5  48.8/72.8  74.5/91.8  80.6/79.5
DP-FETA       | 95.6/98.1  81.7/87.3  35.1/43.3    5.0/8.1  58.0/75.0  82.3/94.2  77.3/82.9
PDP-Diffusion | 94.5/97.4  79.2/85.4  59.3/70.1   3.9/17.3  46.6/73.8  89.4/94.0  85.2/84.8
DP-LDM (SD)   | 78.8/94.4  75.9/81.6  63.0/69.9   6.0/19.9  48.1/73.1  84.4/89.1  84.0/84.7
DP-LDM        | 44.2/95.5  62.3/86.3  41.7/64.8   3.5/16.9  65.1/78.8  85.8/92.4  81.9/84.7
DP-LoRA       | 82.2/97.1  63.5/83.8  64.6/77.2   4.3/33.2  70.7/83.6  87.0/92.0  84.1/87.0
PrivImage     | 94.0/97.8  79.9/87.1  74.5/78.4   9.9/15.8  47.3/71.0  90.8/92.0  82.8/82.9`

/** FashionMNIST, accuracy in percent at each ε of `sweepEpsilons`. At 1 and 10 these are other runs than those of table 6. */
const sweepEpsilons = [0.2, 1, 5, 10, 15, 20] as const
const sweep = `
DP-MERF       | 69.1  66.3  63.4  60.8  65.0  63.1
DP-NTK        | 20.3  64.4  70.7  74.2  77.2  77.5
DP-Kernel     | 70.8  69.0  69.2  70.1  60.8  70.0
PE            | 33.3  50.8  61.6  57.8  56.4  58.8
GS-WGAN       | 44.9  52.7  58.7  56.8  59.3  58.2
DP-GAN        | 49.3  72.8  75.1  70.3  79.5  78.7
DPDM          | 59.7  76.4  83.5  85.6  86.5  87.9
DP-FETA       | 73.4  81.7  86.8  87.3  87.7  88.6
PDP-Diffusion | 60.8  79.0  83.0  85.4  85.6  86.5
DP-LDM (SD)   | 60.5  76.8  81.2  82.0  81.7  81.7
DP-LDM        | 45.5  63.8  81.3  86.3  86.6  87.1
DP-LoRA       | 42.2  63.5  80.9  83.8  83.9  85.2
PrivImage     | 62.7  79.9  85.2  87.1  87.3  88.9`

/** Table 7, ε = 10: FID, Inception Score, precision, recall, FLD, ImageReward. */
const fidelity: Readonly<Record<(typeof sets)[number], string>> = {
  MNIST: `
DP-MERF       | 106.3  2.64  0.03  0.03  34.9  -2.23
DP-NTK        |  69.2  2.18  0.09  0.08  25.5  -2.21
DP-Kernel     |  38.9  2.19  0.24  0.02  17.8  -2.18
PE            |  45.3  2.79  0.08  0.28  25.6  -2.21
GS-WGAN       |  47.7  2.37  0.13  0.01  25.4  -2.14
DP-GAN        |  30.3  2.06  0.19  0.22  15.0  -2.16
DPDM          |   4.4  2.07  0.63  0.73   3.3  -2.00
DP-FETA       |   3.4  2.09  0.66  0.77   2.7  -1.99
PDP-Diffusion |   3.8  2.87  0.61  0.82   3.4  -2.02
DP-LDM (SD)   |  18.7  2.23  0.21  0.77  12.2  -2.13
DP-LDM        |  99.1  1.85  0.00  0.03  32.1  -2.18
DP-LoRA       |  95.4  1.85  0.00  0.03  32.1  -2.18
PrivImage     |   2.3  2.16  0.62  0.83   2.8  -2.01`,
  FashionMNIST: `
DP-MERF       | 106.4  2.86  0.08  0.01  29.2  -2.05
DP-NTK        | 120.5  3.05  0.04  0.00  36.4  -2.19
DP-Kernel     |  74.2  3.45  0.23  0.01  21.3  -1.95
PE            |  23.1  5.37  0.15  0.53  16.1  -1.90
GS-WGAN       |  97.2  2.95  0.17  0.00  28.1  -1.95
DP-GAN        |  76.9  3.60  0.17  0.02  23.9  -1.94
DPDM          |  17.1  3.92  0.54  0.38   6.6  -1.63
DP-FETA       |  13.2  3.93  0.60  0.43   4.6  -1.61
PDP-Diffusion |   6.2  4.23  0.53  0.71   4.9  -1.66
DP-LDM (SD)   |  20.1  4.33  0.32  0.71  11.7  -1.87
DP-LDM        |  53.2  3.74  0.28  0.40  15.4  -1.87
DP-LoRA       |  43.7  3.98  0.26  0.53  14.8  -1.89
PrivImage     |   5.3  4.29  0.56  0.72   4.3  -1.64`,
  'CIFAR-10': `
DP-MERF       | 214.1   3.06  0.25  0.00  32.1  -2.27
DP-NTK        | 346.9   1.59  0.01  0.00  41.7  -2.27
DP-Kernel     | 161.4   3.69  0.18  0.00  27.2  -2.27
PE            |   9.2  14.97  0.59  0.54   2.7  -1.31
GS-WGAN       | 194.4   2.34  0.17  0.00  31.1  -2.28
DP-GAN        | 138.7   2.65  0.67  0.01  22.5  -2.28
DPDM          | 110.1   3.12  0.59  0.04  19.4  -2.21
DP-FETA       |  95.3   3.52  0.60  0.07  18.1  -2.20
PDP-Diffusion |  18.4   8.11  0.50  0.66   7.2  -2.09
DP-LDM (SD)   |  19.8   8.14  0.48  0.68   9.0  -2.13
DP-LDM        |  47.4   6.40  0.49  0.49  14.1  -2.23
DP-LoRA       |  27.8   7.64  0.49  0.64   9.3  -2.18
PrivImage     |  13.1   8.41  0.56  0.63   5.1  -1.92`,
  'CIFAR-100': `
DP-MERF       | 197.5   2.93  0.32  0.00  25.2  -2.26
DP-NTK        | 398.1   1.28  0.13  0.00  43.0  -2.28
DP-Kernel     | 224.1   2.43  0.12  0.00  26.1  -2.27
PE            |   9.6  19.65  0.58  0.54   3.7  -2.22
GS-WGAN       | 246.4   1.87  0.44  0.00  26.1  -2.28
DP-GAN        | 181.0   2.34  0.45  0.00  23.2  -2.28
DPDM          |  42.4   6.21  0.52  0.42  12.5  -2.24
DP-FETA       | 114.0   3.30  0.63  0.02  18.6  -2.22
PDP-Diffusion |  19.9   8.28  0.53  0.64   9.1  -2.25
DP-LDM (SD)   |  19.8   8.39  0.53  0.63  8.94  -2.25
DP-LDM        |  51.5   6.08  0.57  0.39  12.4  -2.26
DP-LoRA       |  29.1   7.71  0.54  0.57  9.25  -2.26
PrivImage     |  21.4   8.08  0.54  0.62   8.9  -2.24`,
  EuroSAT: `
DP-MERF       | 182.2  2.20  0.05  0.00  34.6  -2.26
DP-NTK        | 257.6  1.95  0.06  0.00  40.3  -2.27
DP-Kernel     | 181.6  2.52  0.05  0.01  32.2  -2.23
PE            |  48.1  8.16  0.08  0.69  16.7  -2.10
GS-WGAN       | 236.3  1.75  0.02  0.00  45.0  -2.28
DP-GAN        | 222.4  1.95  0.03  0.00  47.0  -2.27
DPDM          | 168.8  1.67  0.61  0.10  20.3  -1.57
DP-FETA       | 137.0  1.81  0.68  0.03  14.6  -1.53
PDP-Diffusion |  24.2  3.39  0.57  0.61   4.8  -1.62
DP-LDM (SD)   |  29.7  3.39  0.49  0.60   6.7  -1.68
DP-LDM        |  69.6  3.06  0.42  0.27  15.3  -1.96
DP-LoRA       |  50.9  3.23  0.46  0.36  12.8  -1.93
PrivImage     |  24.2  3.75  0.49  0.66   5.4  -1.69`,
  CelebA: `
DP-MERF       | 147.9  3.61  0.08  0.00  17.1  -2.20
DP-NTK        | 227.8  3.21  0.05  0.00  30.6  -2.23
DP-Kernel     | 128.8  2.90  0.11  0.00  14.4  -1.72
PE            |  22.0  3.87  0.28  0.52   5.1  -0.96
GS-WGAN       | 290.0  1.66  0.03  0.00  43.2  -2.27
DP-GAN        |  31.7  2.28  0.62  0.05   3.9  -0.69
DPDM          |  28.8  2.23  0.60  0.15   4.5  -1.38
DP-FETA       |  24.8  2.30  0.63  0.17   3.5  -1.26
PDP-Diffusion |   8.1  2.73  0.53  0.61   2.2  -1.09
DP-LDM (SD)   |  24.1  3.15  0.38  0.64   5.1  -1.49
DP-LDM        |  40.4  3.02  0.40  0.40   6.7  -1.65
DP-LoRA       |  32.2  3.03  0.38  0.52   6.0  -1.62
PrivImage     |  11.3  2.88  0.50  0.61   2.9  -1.25`,
  Camelyon: `
DP-MERF       | 251.6  2.45  0.12  0.00   50.5  -2.16
DP-NTK        | 234.5  1.67  0.00  0.00   52.7  -2.25
DP-Kernel     | 217.3  3.21  0.01  0.01   38.0  -2.21
PE            |  69.1  4.58  0.01  0.77   13.6  -2.11
GS-WGAN       | 291.8  1.45  0.04  0.01   64.2  -2.27
DP-GAN        |  66.9  1.84  0.37  0.14   3.01  -1.67
DPDM          |  29.2  1.65  0.74  0.29  -2.71  -1.87
DP-FETA       |  27.8  1.69  0.72  0.31   -4.4  -1.84
PDP-Diffusion |   6.1  2.09  0.62  0.69   -5.9  -1.82
DP-LDM (SD)   |  15.3  2.03  0.46  0.68  -4.22  -1.92
DP-LDM        |  45.4  1.88  0.32  0.43  -0.21  -1.91
DP-LoRA       |  36.8  1.94  0.35  0.51  -5.09  -1.91
PrivImage     |  10.1  2.17  0.50  0.71  -4.76  -1.88`,
}

/** `METHOD | cell cell …`, one row a line. */
function rowsOf(table: string): { method: string; cells: readonly string[] }[] {
  return table
    .trim()
    .split('\n')
    .map((line) => {
      const [method = '', cells = ''] = line.split('|')
      return { method: method.trim(), cells: cells.trim().split(/ +/) }
    })
}

const odd: readonly { method: string; data: string; where: 'accuracy' | 'fidelity'; words: string }[] = [
  {
    method: 'DP-MERF',
    data: 'EuroSAT',
    where: 'accuracy',
    words: 'Higher at ε = 1 than at ε = 10: noise of single runs.',
  },
  {
    method: 'DP-GAN',
    data: 'Camelyon',
    where: 'accuracy',
    words: 'Higher at ε = 1 than at ε = 10: noise of single runs.',
  },
  {
    method: 'DP-Kernel',
    data: 'MNIST',
    where: 'accuracy',
    words: 'Higher at ε = 1 than at ε = 10: noise of single runs.',
  },
  {
    method: 'DPDM',
    data: 'CIFAR-100',
    where: 'fidelity',
    words: 'FID 42.4 does not go with an accuracy of 2.5 %.',
  },
  {
    method: 'DP-LoRA',
    data: 'MNIST',
    where: 'fidelity',
    words: 'Equals the row of DP-LDM in five of six columns.',
  },
  {
    method: 'DP-GAN',
    data: 'FashionMNIST',
    where: 'fidelity',
    words: 'FID 76.9 at ε = 10, while the sweep has 41.7 at ε = 5.',
  },
]

const cautionOf = (where: 'accuracy' | 'fidelity', method: string, data: string): string | null =>
  odd.find((one) => one.where === where && one.method === method && one.data === data)?.words ?? null

function tableAccuracies(): Published['accuracy'] {
  return rowsOf(accuracy).flatMap(({ method, cells }) =>
    sets.flatMap((data, at) =>
      cells[at]!.split('/').map((percent, index) => ({
        method,
        data,
        epsilon: index === 0 ? 1 : 10,
        percent: Number(percent),
        source: table6,
        caution: cautionOf('accuracy', method, data),
      })),
    ),
  )
}

/** The sweep where table 6 has no figure of its own: the two come from different runs. */
function sweepAccuracies(): Published['accuracy'] {
  return rowsOf(sweep).flatMap(({ method, cells }) =>
    sweepEpsilons.flatMap((epsilon, at) =>
      epsilon === 1 || epsilon === 10
        ? []
        : [{ method, data: 'FashionMNIST', epsilon, percent: Number(cells[at]), source: figures, caution: null }],
    ),
  )
}

function tableFidelities(): Published['fidelity'] {
  return sets.flatMap((data) =>
    rowsOf(fidelity[data]).map(({ method, cells }) => {
      const [fid, inceptionScore, precision, recall, fld, imageReward] = cells.map(Number) as Six
      const caution = cautionOf('fidelity', method, data)
      const scores = { fid, inceptionScore, precision, recall, fld, imageReward }
      return { method, data, epsilon: 10, ...scores, source: table7, caution }
    }),
  )
}
type Six = [number, number, number, number, number, number]

export const published: Published = {
  citation: 'DPImageBench, Gong et al., CCS 2025, README tables 6 and 7',
  methods: rowsOf(accuracy).map(({ method }) => method),
  accuracy: [...tableAccuracies(), ...sweepAccuracies()],
  fidelity: tableFidelities(),
  cautions: [
    'Published accuracies are the best of three deep classifiers (ResNet, WideResNet, ResNeXt); the classifiers here are small.',
    'Published runs are single ones, without error bars.',
    'The published FID uses other features than the Fréchet distance here; the two must not be compared.',
  ],
}
