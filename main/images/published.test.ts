import { describe, expect, it } from 'vitest'
import { publishedSchema } from '../contract/calls/images.ts'
import { published } from './published.ts'

const { accuracy, fidelity, methods } = published
const sets = ['MNIST', 'FashionMNIST', 'CIFAR-10', 'CIFAR-100', 'EuroSAT', 'CelebA', 'Camelyon']
const percentOf = (method: string, data: string, epsilon: number) =>
  accuracy.filter((row) => row.method === method && row.data === data && row.epsilon === epsilon)

describe('the published figures', () => {
  it('fit the contract: no cell is missing or misread', () => {
    expect(publishedSchema.parse(published)).toEqual(published)
    const numbers = [...accuracy, ...fidelity].flatMap((row) => Object.values(row).filter((v) => typeof v === 'number'))
    expect(numbers.every(Number.isFinite)).toBe(true)
  })

  it('have one accuracy for every method and set at ε = 1 and 10, and the sweep of FashionMNIST', () => {
    for (const method of methods)
      for (const data of sets)
        for (const epsilon of [1, 10]) expect(percentOf(method, data, epsilon), `${method} ${data}`).toHaveLength(1)
    expect(accuracy).toHaveLength(13 * (7 * 2 + 4))
    expect(accuracy.filter(({ epsilon }) => epsilon !== 1 && epsilon !== 10).map(({ data }) => data)).toEqual(
      Array(13 * 4).fill('FashionMNIST'),
    )
    expect(accuracy.every(({ percent }) => percent > 0 && percent < 100)).toBe(true)
  })

  it('have one row of fidelity for every method and set', () => {
    for (const method of methods)
      for (const data of sets)
        expect(fidelity.filter((row) => row.method === method && row.data === data)).toHaveLength(1)
    for (const { precision, recall, fid, inceptionScore } of fidelity) {
      expect(precision).toBeLessThanOrEqual(1)
      expect(recall).toBeLessThanOrEqual(1)
      expect(fid).toBeGreaterThan(0)
      expect(inceptionScore).toBeGreaterThanOrEqual(1)
    }
  })

  it('say where each comes from', () => {
    for (const { source } of [...accuracy, ...fidelity])
      expect(source).toMatch(
        /DPImageBench, Gong et al\., CCS 2025, (README table [67]|plot arrays of figures 5 and 10)$/,
      )
  })

  it('agree with the printed tables where these are best known', () => {
    expect(percentOf('DP-MERF', 'MNIST', 1)[0]!.percent).toBe(80.3)
    expect(percentOf('PrivImage', 'Camelyon', 10)[0]!.percent).toBe(82.9)
    expect(percentOf('DP-Kernel', 'FashionMNIST', 0.2)[0]!.percent).toBe(70.8)
    expect(fidelity.find((row) => row.method === 'DP-LDM (SD)' && row.data === 'CIFAR-100')).toMatchObject({
      fid: 19.8,
      fld: 8.94,
      imageReward: -2.25,
    })
  })

  it('carry a caution exactly where ε = 1 beats ε = 10 by the noise of single runs, as far as the source names it', () => {
    for (const { method, data } of accuracy.filter(({ caution }) => caution !== null)) {
      const [one, ten] = [percentOf(method, data, 1)[0]!.percent, percentOf(method, data, 10)[0]!.percent]
      expect(one, `${method} ${data}`).toBeGreaterThan(ten)
    }
    expect(accuracy.filter(({ caution }) => caution !== null)).toHaveLength(6)
    expect(fidelity.filter(({ caution }) => caution !== null).map(({ method, data }) => `${method} ${data}`)).toEqual([
      'DP-LoRA MNIST',
      'DP-GAN FashionMNIST',
      'DPDM CIFAR-100',
    ])
  })
})
