import { deflateRawSync, inflateSync } from 'node:zlib'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { LetheError } from '../../contract/errors.ts'
import { readTorchState, readTorchTree } from './torch-pickle.ts'

/** Files written by PyTorch 2.15, deflated. */
const unpack = (...lines: string[]): Uint8Array => new Uint8Array(inflateSync(Buffer.from(lines.join(''), 'base64')))
const legacy = unpack(
  'eNp9lFtz00YUx1eynBA10LQUWugt5dI6lKZ27PjSprFL03ARtyhA1Qs1sryxBIqUI6/CpC0zeXFI+w3a4YFHPgAvfeOj9KEvfARmCulZrSwQo6',
  'CZ3WSPd3//s/89u5vyH6r7373FJ5M3H1w+NL0pX3icw/4OkIIxQQhZC3zmW77bXqdB3/E9kHCCsRd/cR3GXNqmXtcxPZC3DRWDbGONtvvOL7QP',
  'uTugFIw8Bvu2HzDIa7KRw5HjMRjRFEPhDN/rwaimhCFqWijjUouhSl+9FHRpQLsLjsVUIFM6SAVjBFfcpk7PZiBbzA8se7odMsftq+2AdkLH7b',
  'YZ9fp+0F6fUSFXKBijXB1nmj0KiliiLrq+yZZFUIW8sQ/nNCrlen22VqxVqrVyFUaiRK21EHMbv8hgz5JGtJymbMGYpmjSFqi/2zyn1xiM67A3',
  '2sq6Q2/DPhtVbcXOpL5uC9rEkoZeaPIWvCFobwrafgZv6XAg2iYLA4924eCreG/HvHd4doqW24JDmsSTPCx47zJ4T4f3o+xs012BDwQt9uEMhh',
  'IbPkwJzBZLjZkiTKJAHgU+4gL5ARzRpAEcFfBjDI7r8HF0vp3AdDz4JEU/FdlcqiYKhecKldkKStTrRZhChRwqnIgMHsCnXOGkUPiMwbQOn0d2',
  'dP2w41IopiQWomAiUEoJlCqNRr0CMyggo0CZC0jc8wpaj57PCpEqg5oO9Wgblh9iaTZSGuexQBOFL9IKjXIJTfoSFSRUmEOFqSlB/YrBvA5NYc',
  '4Gw8vQSpuDsYT69ct5l2tVOBXn/Q3PWx7AAjfmW0FfZHBahzMRfcU1e304m6b7vpvQz6Xo5SJ2FdBi+vmYfoHTLwr6JQaXdVh64eLqKfoyjyX4',
  '5ZcsqeGxwpXYkquR6QO4xrvvBN5g8L0OP0R4urrGNuDH3WqcF8hPiCKIus5RhNf4z3gR8fzaAneDgalDxxjjT5UZmKuU0QCsXV6HZIYK3d1USz',
  'N1oPEGVuIN9HhnC0WHwU0dbm1HA/curOrg8dfrOn8xM0pcyjpeOatWc1nlpWQZnM861JGsKzyatb09Wa/JWJb9Kp3mLyH/HjU7O2ROjkdkZ/jf',
  'X3/y7+/mvZBsz/1beybFcfF3kgzHT5MVEskPKfPk4c6vOOO34SxC/mmNkxe/zXnsmoS0sG1iu9/kueA8bKRFyAS2SWzF1nDF/5Qbt94=',
)
const zipped = unpack(
  'eNqll81vG0UYxsefSTYhTUqhNEAplA+ntKm/YjtpmoRtWApbaLqlxYQPd2Nv7KUbb971OFGBQ0SUtCCBOHABVQjBhT8ACbigqjeQOJQDB+BQiQ',
  'KqOHDgiEqZj8TdmTQxSVYar7Ka5/c8M9l5X3tcD4URam1Fq64utB2ZXrFiz1oHSyY2+2bOOpraiSaEaz5YLLqOYxWx7VZrynGvZHlWacwuYgVQ',
  'rwGBWD5KYHOWXa5gCBaxS5B9hTq2nZpS8KzJuu2UCtiq1lyvMJtUIBSL5VuIokZmmmULwlyiaI5r4pP8oQKRfIDMiUM0HyL34kwdWvQODK0ndK',
  'SH9PAStOlhPbAEytsVmqIdQ4cBd+TJUtGsbc1BZ4X4VMKVSCVaYcptJ/SIHtSDS9DFld1cuR3DnQbsYIvAda9qleAuWXs3dQ3roSXYqQeo+T1c',
  'uwtDjwH3MteK6UzBfVy5vKKj5FFjQfezBSVgN0FGMDxAkZFF2KMHFuFBjnsIw14DHs5HyMRJz7Sr8IjAU9kWJTIN5qOMmYTHCDOEIcY2ZxF6KX',
  'MfZz6OYb8BB9jySm590rGgT4COsYcN5EGGTEGcIIMYEhQZoLuWJJtHdi3FsWkM/QZkWNSiW69iyArUY2613GDmGDMNA4QZwDBImL29nHMIw5AB',
  'h/mSz2GrBsPiksmzBmeEcfphlGd7gmYLLoJKl3uE88YwPGmAxnhTjlmuwVMiz3WdBu8o42Xgac57ZpmnU94xznsWw3MGHGe8WsX1MIwLvJP0WQ',
  'N4ggGzYPCFnmSbtwjP049THHgawwsG5BnQmp7B5+DFlbeNiXMwQcQIw0tUjOg79zJ54cnOv8IBr2IoGHAm30Ymz5ieOW1hywNzjXPXmKHApOAz',
  'AEUesrQc0qIfU9yjjKFigH2B/fHaeThrgFPvG9dbWt9798g+hbzudIyvWVl2okSjsvRNud60iQuzllcjFURTD0gFpsmVoLZf/vXLAk1Nx9q2PS',
  'h7y3a5vBRMxy5Xp60q1tTUxpz5lUnTACNzcD1ILILrBuhGI40A9G12abHU1EOb8V25HBtjx6IZFg//uose4+i6GTrRsFDVD8Y1dXALATh1fph8',
  'jCA0SsY8GZ+QcYmMq2SgUdJLyNhDRnyUJv38+t/fxWn5bpJ0h5g0oaldq5KS5Xxx8w3yj3+Tkn/LvTOhEK3ShDwokpOamtnkHlwambyJhqj3p3',
  '8sLGxi/1Nb2/+PPqTX1yMX6+jC0LXsvzTJtcvvH+9iHXz9JGkxSVpT4xtOEmCsPYj6nvqnY4gatTbxHRJ9+zU1t+kdQDeps3fjZ6f5+etEquic',
  '0dThrRw+tn7q/83ey/lN+Ge37n+Drf+tyW+/F/3R//HPbd1/A+d34LbnF11lNeHM9O9tNHZ43R3c5qugjY6xpfqZUqj7lY/Lp5r//3aj5K0Gwp',
  'ZUszybdJDXTfrtt2CXNLVvg2ESyVQ2m0nE0/FcZiCd7s/FM9l4PJHKDeSSyVwinkyReyLL2txF3RmLkRwxljJAwzZy+jtv16rk8vd4We1voDsF',
  '5UQYrdWrZYi/CfYIkCt+yKrOK3P8jaxb4BgRtLqBynJ/d+kU5D9GkNT7ZK2/f4ja+aikTchaf/0XtT/J2qSs9VdsUXu6RdKmZK2/6oraq7I2LW',
  'v9dVPU5lslbb+s9dc8UfuDrM3IWn+9ErVGm6TNrmhvX9EEX1mbk339VUbUjiqSdkDW+mvENkH7gU+7xtnwH93dgnh7O2pSVMb1aHT/SgkKHfD9',
  'QBfvf4b4/at2fic6+kMafbacln87jkS5povN53P/A4wKp2A=',
)
/** torch.save({'epoch': 3}), in both layouts, and a whole module. */
const notTensors = [
  unpack(
    'eNprYOriyvkzx+2nQtaKAEm9Bibfl8xAsraQQSNCgIGBoaAovyQ/OT8nviy1qDgzP6+QEaggghcok5NZUpKTGp+al5KZmFfI1BHBBRQsqSxIjS',
    '/OrEotLmSuLWTRiGAFChZn5BeVFLJ6M0UwA3mZeSWFbN4sESwgM/Lz0gvZvVlKSyF2gpWnFuQnZxQyejMXAwVjCxn0AL7HL+s=',
  ),
  unpack(
    'eNoL8GZmYWDg4GDAAAIMQgyJRckZmWWp+imJJYl6Bdk5bk58DFEooIGptpAhghWoPrUgPzmjkNGbuVgvwJudY5Hh+UZRoDAIB+C0RJxBDW6JXl',
    'p+UW5iSXxZalFxZn6em5MSml3YgCHIru3v7zQzAk1jxGuXFIM5wq7ikvyixPTU+MSczPS83NS8EjcnYyKswwBmJiAH2JcXvmQCWsGE1wGCDPZw',
    'ByRVlqTmF6WkFrk5WZNjLwzkZJaU5KSC3NBq+1iSDWgLG1438DPYwt0AD2hL8l1gzAWy++K89FDC/pdjMEJEAChJ6RenFmUCY6AqsQTojvjMFD',
    'cnPRKdYmBkaWBhYmZhZm5ubmZkaWRsaGBiYGBgYWxmYGpkYWlmaGQG5JuYgVxZGnJxvQbQHRpgVzKCHAt3J3JyFcBwOXo+QNeNnADFUXSmIulG',
    'S+DohiAnIikUQy4iG4KRctHNQU4IgijmBDEyYCZAdO3IccmPov0aknYcfkAOYjlUu5kYCER+gDcbmw4sqTDrwnWyodGTGSH0DyYIDdTHDqK7WS',
    'B8SCnAygbRwwZWD1ELAM8mCI8=',
  ),
]
const wholeModule = unpack(
  'eNqlVUtv20YQpiRbkulEfqSJa8ex+3TlNpZJPa0ktlO10EVF66gPLFIUBEWtRMI06SGXVhLAQIvAeZx66D1Af0Vv/Q1N0Vt76ymX9C90d2lLJG',
  'XZaL0AteLO9803uzOz3GkkxgQhnRaGxrQwK6iOphsHeL2tEjW3v2vWaxnhfmh8H9eITVE5y8rt2W3PxG7ONCysOuJn/gTC6g8QO4R4FjEV4qiG',
  'ZVhdSDxDk/Rd2VcddQ8T7LgwdgjjWZSkqz1sdHUCyWPnikcM0xUVB7c8w2wPOCKkRkAItlzbUQ7yIqSzWZSiTl2KVLsYJnyKWDdtlXzpL4ogoh',
  'jFSDCJEnTW9j241IgRuHyvITRijdgTyPjT1HNNs00Ta8SwLVf8wmljB7c/NTQiwvRqE2YIzDbhyjOdvbzxFK424RqiZyy0DNWFOT2l03j0Cd3X',
  'k+FNnevMc50jWGA/159z9iKBG01Y8l0tP4W3mvC2x09RaXmdDjuydw7hXXSdrVi2pezTJcOlWycnAMXFBN7TFIWdCjEsRRHpigjvfwcrR/BBE7',
  'LoCvenars91aFH62BFt+1dF1a57IdoKmT3bR9x2010jdkMV+l4phnGwNrnKMOsHdsJEHOcuI4WhkxKzyC6whx0XZA4TEaLwzDV7KkPXUVTaQ7a',
  'kOfAApoNAgd7KHJzCS2dag5Jljm0gmYY1CUqwUqbJvXY0Qa3VtHViHUgdYsjbvs7o5XVPh12h8M2/ZwNwWz3RHCL47b9bB93Ftw9hI9519BEdr',
  'BKPIcu1hoxdImu2R4ZLH7SiHmt3E4jld788dGDF7Sk2bMzstvnhBv9bs/Rg9pTiXLAqsm26rX5SNMHhswkfvnnr8esmNkzWmJBqAwkjnuRZtPo',
  'Wnu0YOu1wmiV0aNcZAFs9+BVnErEzwxgRtjuB9B6SLDNWrdeu/1/dE+GaRBiYhbD0ebf8+zqSp4ZQ0bYCt2q61K9dusCASx++/MWUzc6y2vskh',
  'k7R/1uWF2u1+5cZPv30ysrvzL9zG+Vyvn6U4EM9KvrQudfEJn6yxfdr8/P/5KQHxQg376LHYNW4COV3eWK0a7Xcv8xGKlUlmVpo5QvlOVquSKV',
  '8tWiJFelklzeKEpSvlAtVit5mVep99PKn1kaR5ZHGWPB9uMMdun0UOTR73CUHWzAuRDzdUIY1ddRJ8EmWgg5uTcmnNG5UT/BRpgJ+fk94KffgF',
  'F6sJIzIfo340Kkd6LcYBWGuX9EuXKUG6yhqRD3q6QQrdooOZjapfCeA+TTi26nkUzePCnRxFqfmY7Mk3F/fpDyZ8rj/x5P+O/+7Tue9Dlpjvex',
  '/wLo93cG',
)

describe.each([
  ['legacy', legacy],
  ['zip', zipped],
])('the %s layout', (_, file) => {
  test('holds the tensors that PyTorch wrote', () => {
    const state = readTorchState(file, 'state.pth')
    const expected: [string, number[], number[] | bigint[]][] = [
      ['weight', [3, 4], Array.from({ length: 12 }, (_, i) => i / 4)],
      ['view', [2, 2], [1.25, 1.5, 2.25, 2.5]],
      ['turned', [4, 3], [0, 1, 2, 0.25, 1.25, 2.25, 0.5, 1.5, 2.5, 0.75, 1.75, 2.75]],
      ['half', [5], [1.5, -0.25, 65504, 2 ** -24, Infinity]],
      ['brain', [3], [1.5, -3.00405527047391e38, 0.0078125]],
      ['double', [1, 2], [0.1, -1e300]],
      ['count', [], [9007199254740993n]],
      ['bytes', [2], [0, 255]],
      ['flags', [2], [1, 0]],
      ['short', [1], [-3]],
      ['empty', [0, 3], []],
      ['parameter', [1], [7]],
    ]
    expect([...state.keys()]).toEqual(expected.map(([name]) => name))
    for (const [name, shape, values] of expected) {
      expect(state.get(name)!.shape).toEqual(shape)
      expect([...state.get(name)!.data]).toEqual(values)
    }
  })

  test('reads the same from the middle of a larger buffer, and shares no byte with it', () => {
    const larger = new Uint8Array(file.length + 7)
    larger.set(file, 3)
    const { data } = readTorchState(larger.subarray(3, 3 + file.length), 'state.pth').get('weight')!
    larger.fill(0)
    expect(data[11]).toBe(2.75)
  })

  test('cut off anywhere, says so', () => {
    for (let length = 0; length < file.length; length++)
      expectRefused(() => readTorchState(file.subarray(0, length), 'cut.pth'))
  })

  test('with bytes changed, is read or refused, never more', () => {
    const change = fc.tuple(fc.nat(file.length - 1), fc.nat(255))
    fc.assert(
      fc.property(fc.array(change, { minLength: 1, maxLength: 4 }), (changes) => {
        const bytes = file.slice()
        for (const [at, value] of changes) bytes[at] = value
        try {
          readTorchState(bytes, 'changed.pth')
        } catch (error) {
          expect(error).toBeInstanceOf(LetheError)
        }
      }),
      { numRuns: 2000 },
    )
  })
})

function expectRefused(work: () => void, code = /^(file-malformed|format-unsupported)$/): void {
  try {
    work()
  } catch (error) {
    expect(error).toBeInstanceOf(LetheError)
    expect((error as LetheError).code).toMatch(code)
    return
  }
  expect.fail('nothing was refused')
}

/** Pickles by hand. */
const text = (word: string): number[] => [0x58, word.length, 0, 0, 0, ...Buffer.from(word)]
const global = (name: string): number[] => [0x63, ...Buffer.from(name.replace(/\.(?=\w+$)/, '\n') + '\n')]
const int = (value: number): number[] => [0x4a, ...new Uint8Array(Int32Array.of(value).buffer)]
const tuple = (...items: number[][]): number[] => [0x28, ...items.flat(), 0x74]
const call = (name: string, ...items: number[][]): number[] => [...global(name), ...tuple(...items), 0x52]
const storage = (length: number, type = 'torch.FloatStorage', key = 'k'): number[] => [
  ...tuple(text('storage'), global(type), text(key), text('cpu'), int(length), [0x4e]),
  0x51,
]
const tensor = (stored: number[], offset: number, shape: number[], strides: number[]): number[] =>
  call(
    'torch._utils._rebuild_tensor_v2',
    stored,
    int(offset),
    tuple(...shape.map(int)),
    tuple(...strides.map(int)),
    [0x89],
    [0x4e],
  )
const state = (...entries: [string, number[]][]): number[] => [
  0x80,
  2,
  0x7d,
  0x28,
  ...entries.flatMap(([name, value]) => [...text(name), ...value]),
  0x75,
  0x2e,
]
/** A legacy file with one storage 'k' of four floats. */
const file = (object: number[], keys = ['k'], floats = 4): Uint8Array =>
  Uint8Array.from([
    ...[0x80, 2, 0x8a, 10, 0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19, 0x2e],
    ...[0x80, 2, 0x4d, 0xe9, 3, 0x2e],
    ...[0x80, 2, 0x7d, ...text('little_endian'), 0x88, 0x73, 0x2e],
    ...object,
    ...[0x80, 2, 0x5d, 0x28, ...keys.flatMap(text), 0x65, 0x2e],
    ...keys.flatMap(() => [
      floats,
      0,
      0,
      0,
      0,
      0,
      0,
      0,
      ...new Uint8Array(Float32Array.from({ length: floats }, (_, i) => i + 1).buffer),
    ]),
  ])

describe('what is refused', () => {
  test('the handmade file itself is fine', () => {
    const read = readTorchState(file(state(['a', tensor(storage(4), 1, [2], [2])])), 'a.pth')
    expect([...read.get('a')!.data]).toEqual([2, 4])
  })

  test.each([
    ['a global that is not of tensors', file([0x80, 2, ...call('os.system', text('true')), 0x2e]), 'os.system'],
    ['builtins', file([0x80, 2, ...call('builtins.eval', text('1')), 0x2e]), 'builtins.eval'],
    ['a global by stack', file([0x80, 4, ...text('os'), ...text('system'), 0x93, 0x2e]), 'pickle protocol 4'],
    ['an instance', file([0x80, 2, 0x28, 0x69, ...Buffer.from('os\nsystem\n'), 0x2e]), 'opcode 0x69'],
    ['a new object', file([0x80, 2, ...global('collections.OrderedDict'), 0x29, 0x81, 0x2e]), 'opcode 0x81'],
    ['calling a tensor', file([0x80, 2, ...tensor(storage(4), 0, [4], [1]), 0x29, 0x52, 0x2e]), 'a call of a tensor'],
    [
      'a dictionary filled by a call',
      file([0x80, 2, ...call('collections.OrderedDict', text('a')), 0x2e]),
      'a call of collections.OrderedDict',
    ],
    [
      'attributes of a tensor',
      file(state(['a', [...tensor(storage(4), 0, [4], [1]), 0x7d, 0x62]])),
      'attributes of a tensor',
    ],
    ['a number', file(state(['epoch', int(3)])), "the entry 'epoch', which is a number"],
    ['no dictionary', file([0x80, 2, 0x5d, 0x2e]), 'a list instead of a dictionary'],
    [
      'part of a storage',
      file(
        state([
          'a',
          [
            ...tuple(
              text('storage'),
              global('torch.FloatStorage'),
              text('k'),
              text('cpu'),
              int(4),
              tuple(text('v'), int(0), int(1)),
            ),
            0x51,
          ],
        ]),
      ),
      'part of another',
    ],
    ['a dictionary of numbers from PyTorch', notTensors[0]!, "the entry 'epoch'"],
    ['a dictionary of numbers in a zip', notTensors[1]!, "the entry 'epoch'"],
    ['a whole module', wholeModule, 'torch.nn.modules.linear.Linear'],
  ])('%s', (_, bytes, words) => {
    expect(() => readTorchState(bytes, 'bad.pth')).toThrow(words)
    expectRefused(() => readTorchState(bytes, 'bad.pth'), /^format-unsupported$/)
  })

  test.each([
    ['a tensor larger than its storage', file(state(['a', tensor(storage(4), 0, [5], [1])]))],
    ['a tensor beyond its storage', file(state(['a', tensor(storage(4), 3, [2], [1])]))],
    ['a tensor expanded without end', file(state(['a', tensor(storage(4), 0, [2147483647, 2147483647], [0, 0])]))],
    ['a negative size', file(state(['a', tensor(storage(4), 0, [-1], [1])]))],
    ['a negative stride', file(state(['a', tensor(storage(4), 3, [4], [-1])]))],
    ['strides missing', file(state(['a', tensor(storage(4), 0, [2, 2], [1])]))],
    ['a storage larger than the file', file(state(['a', tensor(storage(2147483647), 0, [1], [1])]))],
    [
      'a storage of two types',
      file(state(['a', tensor(storage(4), 0, [4], [1])], ['b', tensor(storage(4, 'torch.IntStorage'), 0, [4], [1])])),
    ],
    ['a storage nobody has', file(state(['a', tensor(storage(4), 0, [4], [1])]), ['k', 'other'])],
    ['a storage twice', file(state(['a', tensor(storage(4), 0, [4], [1])]), ['k', 'k'])],
    ['a storage that is missing', file(state(['a', tensor(storage(4), 0, [4], [1])]), [])],
    ['a storage of another length', file(state(['a', tensor(storage(4), 0, [4], [1])]), ['k'], 3)],
    ['a storage of a dictionary', file(state(['a', tensor(storage(4, 'collections.OrderedDict'), 0, [4], [1])]))],
    ['bytes left over', Uint8Array.from([...file(state(['a', tensor(storage(4), 0, [4], [1])])), 0])],
    ['an empty stack', file([0x80, 2, 0x52, 0x2e])],
    ['no mark', file([0x80, 2, 0x74, 0x2e])],
    ['a value never remembered', file([0x80, 2, 0x68, 9, 0x2e])],
    ['an odd number of items', file([0x80, 2, 0x7d, 0x28, ...text('a'), 0x75, 0x2e])],
    ['a string longer than the file', file([0x80, 2, 0x58, 255, 255, 255, 255, 0x2e])],
    ['a picture', Uint8Array.from([0x89, 0x50, 0x4e, 0x47])],
  ])('%s', (_, bytes) => {
    expectRefused(() => readTorchState(bytes, 'bad.pth'), /^file-malformed$/)
  })

  test('copies that together outgrow the file', () => {
    const many = Array.from({ length: 400 }, (_, i): [string, number[]] => [`t${i}`, [0x68, 1]])
    const shared = file(
      [
        ...[0x80, 2, 0x7d, 0x28],
        ...text('t'),
        ...tensor(storage(100), 0, [10, 10], [1, 10]),
        0x71,
        1,
        ...many.flatMap(([n, v]) => [...text(n), ...v]),
        0x75,
        0x2e,
      ],
      ['k'],
      100,
    )
    expect(() => readTorchState(shared, 'many.pth')).toThrow('overlapping tensors larger than the file')
  })

  test('zips that are compressed or have no pickle', () => {
    const entry = (name: string, data: Buffer, method: number, size: number): Buffer => {
      const local = Buffer.alloc(30)
      local.writeUInt32LE(0x04034b50)
      local.writeUInt16LE(name.length, 26)
      const central = Buffer.alloc(46)
      central.writeUInt32LE(0x02014b50)
      central.writeUInt16LE(method, 10)
      central.writeUInt32LE(data.length, 20)
      central.writeUInt32LE(size, 24)
      central.writeUInt16LE(name.length, 28)
      const end = Buffer.alloc(22)
      end.writeUInt32LE(0x06054b50)
      end.writeUInt16LE(1, 10)
      end.writeUInt32LE(30 + name.length + data.length, 16)
      return Buffer.concat([local, Buffer.from(name), data, central, Buffer.from(name), end])
    }
    const pickle = Buffer.from(state())
    expect(readTorchState(entry('m/data.pkl', pickle, 0, pickle.length), 'm.pth').size).toBe(0)
    const packed = deflateRawSync(pickle)
    expect(() => readTorchState(entry('m/data.pkl', packed, 8, pickle.length), 'm.pth')).toThrow(
      "the compressed entry 'm/data.pkl'",
    )
    expect(() => readTorchState(entry('other', pickle, 0, pickle.length), 'm.pth')).toThrow('a zip without data.pkl')
  })
})

describe('dictionaries within dictionaries', () => {
  const dictionary = (...entries: [number[], number[]][]): number[] => [0x7d, 0x28, ...entries.flat(2), 0x75]
  const list = (...items: number[][]): number[] => [0x5d, 0x28, ...items.flat(), 0x65]
  const weight = tensor(storage(4), 0, [2, 2], [2, 1])
  const whole = (object: number[]): Uint8Array => file([0x80, 2, ...object, 0x2e])

  test('tensors and numbers by their way, in file order; all else is left out', () => {
    const optimiser = dictionary([text('state'), dictionary([int(0), dictionary([text('step'), int(7)])])])
    const policy = dictionary([text('w'), weight])
    const names = list(text('a'), int(3))
    const tree = whole(dictionary([text('policy'), policy], [text('optim'), optimiser], [text('names'), names]))
    const found = readTorchTree(tree, 'x')
    expect([...found.keys()]).toEqual(['policy.w', 'optim.state.0.step', 'names.1'])
    expect(found.get('policy.w')!.shape).toEqual([2, 2])
    expect(found.get('optim.state.0.step')).toEqual({ shape: [], data: Float64Array.of(7) })
    expectRefused(() => readTorchState(tree, 'x'))
  })

  test('one that holds itself, one without end, names that come twice', () => {
    const itself = [0x7d, 0x71, 1, ...text('w'), ...weight, 0x73, ...text('self'), 0x68, 1, 0x73]
    expectRefused(() => readTorchTree(whole(itself), 'x'), /^format-unsupported$/)
    // Each list holds the one before nine times: 9 to the power of 8 entries in a few hundred bytes.
    const levels = Array.from({ length: 8 }, (_, level): [number[], number[]] => [
      text(String(level)),
      [...list(...Array.from({ length: 9 }, () => (level === 0 ? int(1) : [0x68, level]))), 0x71, level + 1],
    ])
    expectRefused(() => readTorchTree(whole(dictionary([text('w'), weight], ...levels)), 'x'), /^format-unsupported$/)
    const twice = dictionary([text('a.b'), weight], [text('a'), dictionary([text('b'), weight])])
    expectRefused(() => readTorchTree(whole(twice), 'x'), /^file-malformed$/)
  })
})
