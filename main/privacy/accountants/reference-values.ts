/**
 * Reference values of independent accountants, for tests. Stages are [noise multiplier, sampling rate, steps].
 *
 * `rdp`, `order`: Opacus 1.6.0, `compute_rdp` and `get_privacy_spent` over its default orders. `pld`: dp-accounting 0.6.0,
 * `PLDAccountant(value_discretization_interval=1e-4)`, a certified upper bound. `prv`: the lower and upper value of prv-accountant
 * 0.2.0 with eps_error 0.01 and delta_error δ/1000.
 */
export interface ReferenceSetting {
  readonly stages: readonly (readonly [sigma: number, rate: number, steps: number])[]
  readonly delta: number
  readonly rdp: number
  readonly order: number
  readonly pld: number
  readonly prv: readonly [low: number, high: number]
}

/** Settings of benchmarks and tutorials, with the smallest σ of the last stage for ε = 1 and ε = 10 (bisected to 1e-4). */
export interface CalibratedSetting extends ReferenceSetting {
  readonly id: string
  /** PRV's estimate: where dp-accounting's bound is loose (10⁵ steps) this is nearer to the truth. */
  readonly estimate: number
  readonly sigmaRdp: readonly [one: number, ten: number]
  readonly sigmaPld: readonly [one: number, ten: number]
}

// prettier-ignore
export const calibratedSettings: readonly CalibratedSetting[] = [
  { id: 'S01', stages: [[2, 0.07447272727272727, 2014]], delta: 1e-5, rdp: 9.49207, order: 3.4, pld: 8.8036, prv: [8.79317, 8.81402], estimate: 8.8036, sigmaRdp: [13.5802, 1.92603], sigmaPld: [12.5239, 1.8264] },
  { id: 'S02', stages: [[2, 1 / 14, 2100]], delta: 1.6657508770018431e-6, rdp: 9.95578, order: 3.7, pld: 9.30521, prv: [9.29482, 9.31559], estimate: 9.30521, sigmaRdp: [14.5521, 1.99357], sigmaPld: [13.54, 1.89789] },
  { id: 'S03', stages: [[12, 1 / 14, 2100]], delta: 1.6657508770018431e-6, rdp: 1.23247, order: 18, pld: 1.1405, prv: [1.13041, 1.15054], estimate: 1.14048, sigmaRdp: [14.5521, 1.99357], sigmaPld: [13.54, 1.89789] },
  { id: 'S04', stages: [[3, 1 / 11, 1650]], delta: 2.07404851125286e-6, rdp: 6.74851, order: 4.7, pld: 6.29261, prv: [6.28232, 6.30289], estimate: 6.2926, sigmaRdp: [16.2483, 2.20509], sigmaPld: [15.099, 2.09619] },
  { id: 'S05', stages: [[4, 1 / 6, 900]], delta: 4.784738627130138e-6, rdp: 6.5279, order: 4.5, pld: 6.06552, prv: [6.05523, 6.07581], estimate: 6.06552, sigmaRdp: [21.0964, 2.83876], sigmaPld: [19.5313, 2.68749] },
  { id: 'S06', stages: [[5, 0.1, 75], [2, 1 / 14, 2100]], delta: 1.6657508770018431e-6, rdp: 10.0127, order: 3.6, pld: 9.3586, prv: [9.34821, 9.36899], estimate: 9.3586, sigmaRdp: [24.4034, 2.00198], sigmaPld: [20.1576, 1.90502] },
  { id: 'S07', stages: [[4, 0.01, 10000]], delta: 1e-5, rdp: 1.03549, order: 17, pld: 0.946999, prv: [0.936809, 0.956936], estimate: 0.946873, sigmaRdp: [4.12581, 0.830054], sigmaPld: [3.81324, 0.801786] },
  { id: 'S08', stages: [[1.1, 0.004266666666666667, 14062]], delta: 1e-5, rdp: 2.59656, order: 8.1, pld: 2.38169, prv: [2.37146, 2.39174], estimate: 2.3816, sigmaRdp: [2.17844, 0.632855], sigmaPld: [2.02517, 0.612981] },
  { id: 'S09', stages: [[2, 0.07122982749026155, 701]], delta: 1e-4, rdp: 4.34168, order: 4.6, pld: 3.92866, prv: [3.91837, 3.93894], estimate: 3.92866, sigmaRdp: [6.71466, 1.16033], sigmaPld: [6.09672, 1.0977] },
  { id: 'S10', stages: [[0.8, 0.001, 100000]], delta: 1e-6, rdp: 3.1878, order: 7.4, pld: 2.91514, prv: [2.90434, 2.92462], estimate: 2.91448, sigmaRdp: [1.59498, 0.561835], sigmaPld: [1.50763, 0.547486] },
  { id: 'S11', stages: [[0.5, 0.01, 1000]], delta: 1e-5, rdp: 15.4643, order: 2.1, pld: 13.3608, prv: [13.351, 13.3729], estimate: 13.362, sigmaRdp: [1.51316, 0.573145], sigmaPld: [1.41469, 0.546785] },
  { id: 'S12', stages: [[40, 0.5, 1000]], delta: 1e-6, rdp: 1.87512, order: 13, pld: 1.74463, prv: [1.73454, 1.75471], estimate: 1.74462, sigmaRdp: [71.6777, 9.05804], sigmaPld: [66.8335, 8.59802] },
  { id: 'S13', stages: [[50, 1, 100]], delta: 1e-5, rdp: 0.794522, order: 22, pld: 0.725522, prv: [0.715479, 0.735579], estimate: 0.725529, sigmaRdp: [40.4553, 5.29602], sigmaPld: [37.3086, 4.99905] },
  { id: 'S14', stages: [[3.73, 1, 1]], delta: 1e-5, rdp: 1.0928, order: 17, pld: 1.00019, prv: [0.99013, 1.01026], estimate: 1.0002, sigmaRdp: [4.04561, 0.529615], sigmaPld: [3.73083, 0.499927] },
]

/** Random settings: rates log-uniform over 1e-4 … 0.5, steps over 1 … 50,000, σ over 0.5 … 20, δ over 1e-8 … 3e-4. */
// prettier-ignore
export const randomSettings: readonly ReferenceSetting[] = [
  { stages: [[9.036, 0.0002733, 94]], delta: 4.3e-06, rdp: 0.116482397645, order: 63.0, pld: 0.0009467566, prv: [-0.0100043, 0.00999575] },
  { stages: [[1.055, 0.1433, 98]], delta: 9e-07, rdp: 11.4480756777, order: 3.0, pld: 10.45535, prv: [10.4448, 10.4659] },
  { stages: [[1.731, 0.1139, 473]], delta: 3.8e-08, rdp: 10.2557091724, order: 4.1, pld: 9.652431, prv: [9.64508, 9.66573] },
  { stages: [[6.413, 1.0, 7], [0.5937, 0.02621, 54]], delta: 0.00031, rdp: 5.55945568667, order: 2.6, pld: 4.316123, prv: [4.30554, 4.32672] },
  { stages: [[0.6927, 0.005796, 27]], delta: 4.1e-08, rdp: 3.58321111947, order: 5.3, pld: 2.790024, prv: [2.77976, 2.8003] },
  { stages: [[2.232, 0.0227, 642]], delta: 1.8e-08, rdp: 1.54344780953, order: 19.0, pld: 1.447766, prv: [1.4377, 1.45782] },
  { stages: [[5.172, 0.02307, 23]], delta: 3e-08, rdp: 0.212089306694, order: 63.0, pld: 0.1034366, prv: [0.0934854, 0.113496] },
  { stages: [[7.003, 1.0, 25], [0.6364, 0.001446, 4231]], delta: 1.1e-07, rdp: 5.26210683931, order: 4.8, pld: 4.460067, prv: [4.44979, 4.4703] },
  { stages: [[9.966, 0.0002208, 101]], delta: 2.7e-06, rdp: 0.123987100335, order: 63.0, pld: 0.0008909484, prv: [-0.0100027, 0.00999733] },
  { stages: [[8.064, 0.0008141, 20]], delta: 6.1e-06, rdp: 0.110846248048, order: 63.0, pld: 0.0009290632, prv: [-0.00949099, 0.0105093] },
  { stages: [[9.008, 0.1281, 198]], delta: 5.5e-07, rdp: 0.944721657527, order: 24.0, pld: 0.8765708, prv: [0.86653, 0.886619] },
  { stages: [[4.389, 0.004311, 13], [19.17, 0.0003628, 35]], delta: 3e-06, rdp: 0.122697940843, order: 63.0, pld: 0.01103052, prv: [0.00108168, 0.0210843] },
  { stages: [[0.975, 0.000484, 281]], delta: 1.1e-07, rdp: 0.956608060952, order: 14.0, pld: 0.08000971, prv: [0.0699994, 0.0900276] },
  { stages: [[4.908, 0.01526, 4]], delta: 1.2e-06, rdp: 0.138360481065, order: 63.0, pld: 0.02404493, prv: [0.0142189, 0.0342239] },
  { stages: [[2.208, 0.00157, 2]], delta: 3.9e-05, rdp: 0.0810277019341, order: 63.0, pld: 0.001998425, prv: [-0.00816044, 0.0118401] },
  { stages: [[3.723, 1.0, 12], [2.175, 0.2882, 1]], delta: 3.3e-07, rdp: 5.09989594948, order: 6.4, pld: 4.787767, prv: [4.77758, 4.79796] },
  { stages: [[0.7026, 0.00107, 4]], delta: 1.9e-06, rdp: 1.64408475822, order: 7.4, pld: 0.1819634, prv: [0.172036, 0.192174] },
  { stages: [[18.26, 0.004811, 413]], delta: 8.7e-08, rdp: 0.180295590153, order: 63.0, pld: 0.02080151, prv: [0.0107864, 0.030789] },
  { stages: [[3.544, 0.03069, 51]], delta: 3.6e-07, rdp: 0.306530746772, order: 62.0, pld: 0.2803468, prv: [0.270347, 0.29038] },
  { stages: [[6.574, 0.001926, 2], [5.236, 0.009264, 16699]], delta: 0.0002, rdp: 0.74642173706, order: 16.0, pld: 0.660899, prv: [0.650639, 0.67078] },
  { stages: [[1.599, 0.01037, 1032]], delta: 0.0001, rdp: 0.826921828024, order: 15.0, pld: 0.7328093, prv: [0.722732, 0.742875] },
  { stages: [[2.838, 0.1146, 277]], delta: 7.9e-05, rdp: 2.87257587388, order: 6.2, pld: 2.593348, prv: [2.58315, 2.60355] },
  { stages: [[4.547, 0.03756, 347]], delta: 3.9e-06, rdp: 0.657856336473, order: 27.0, pld: 0.6017158, prv: [0.591679, 0.611757] },
  { stages: [[2.238, 0.1085, 1], [13.78, 0.00243, 33093]], delta: 4.5e-05, rdp: 0.380361342272, order: 21.0, pld: 0.2702405, prv: [0.259526, 0.279611] },
  { stages: [[6.6, 0.09031, 2]], delta: 9.8e-08, rdp: 0.191057291908, order: 63.0, pld: 0.09843523, prv: [0.0884852, 0.108497] },
  { stages: [[0.9918, 0.0004016, 1524]], delta: 3.3e-06, rdp: 0.645319698632, order: 15.0, pld: 0.07612656, prv: [0.0660152, 0.0860299] },
  { stages: [[13.77, 0.01456, 934]], delta: 9.8e-05, rdp: 0.0991890157072, order: 63.0, pld: 0.07722145, prv: [0.0671823, 0.0872041] },
  { stages: [[15.3, 0.002616, 1], [1.653, 0.002333, 141]], delta: 1.3e-08, rdp: 0.438940978705, order: 33.0, pld: 0.09788389, prv: [0.0879123, 0.107923] },
  { stages: [[4.748, 0.198, 9]], delta: 0.00015, rdp: 0.431875519244, order: 23.0, pld: 0.3725811, prv: [0.362544, 0.382636] },
  { stages: [[3.968, 0.002804, 1570]], delta: 3.2e-05, rdp: 0.109899588407, order: 63.0, pld: 0.07752227, prv: [0.0674206, 0.0874384] },
  { stages: [[3.236, 0.07676, 48]], delta: 0.00012, rdp: 0.59315635125, order: 19.0, pld: 0.5185553, prv: [0.508505, 0.528619] },
  { stages: [[11.46, 0.04052, 7], [3.141, 0.0153, 496]], delta: 7.9e-06, rdp: 0.443153616803, order: 35.0, pld: 0.4016663, prv: [0.391635, 0.411695] },
  { stages: [[4.382, 0.0004002, 15842]], delta: 2.7e-06, rdp: 0.128263768702, order: 63.0, pld: 0.04043572, prv: [0.0268396, 0.046846] },
  { stages: [[6.43, 0.0002053, 1233]], delta: 9.1e-07, rdp: 0.141566949563, order: 63.0, pld: 0.005184096, prv: [-0.00640799, 0.0135927] },
]
