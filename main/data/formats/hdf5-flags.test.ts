import { promises as fs } from 'node:fs'
import h5wasm from 'h5wasm/node'
import { expect, test } from 'vitest'
import { flagMember, flagType, turnFlags } from './hdf5-flags.ts'
import { temporaryFolder } from './testing.ts'

const folder = temporaryFolder()

test('each is found wherever a block of the file ends, is an enumeration then, and keeps its values', async () => {
  await h5wasm.ready
  const file = folder.path('flags.h5')
  const made = new h5wasm.File(file, 'w', { libver: ['earliest', 'latest'] })
  for (let number = 0; number < 20; number++) {
    const values = Int8Array.from({ length: 9 }, (_, step) => Number(step === number % 9))
    const place = { name: `flags_${number}`, shape: [9] }
    made.create_dataset({ ...place, data: new Map([[flagMember, values]]), dtype: flagType })
    made.create_dataset({ name: `other_${number}`, data: new Float32Array(number).fill(1) })
  }
  made.close()
  const before = await fs.readFile(file)
  expect(turnFlags(file, 61)).toBe(20)
  const small = await fs.readFile(file)
  await fs.writeFile(file, before)
  expect(turnFlags(file)).toBe(20)
  expect(small).toEqual(await fs.readFile(file))
  const read = new h5wasm.File(file, 'r')
  for (let number = 0; number < 20; number++) {
    const flags = read.get(`flags_${number}`) as InstanceType<typeof h5wasm.Dataset>
    expect(flags.metadata.enum_type).toMatchObject({ members: { FALSE: 0, TRUE: 1 } })
    expect([...(flags.value as Int8Array)].indexOf(1)).toBe(number % 9)
    const other = read.get(`other_${number}`) as InstanceType<typeof h5wasm.Dataset>
    expect((other.value as Float32Array).length).toBe(number)
  }
  read.close()
})
