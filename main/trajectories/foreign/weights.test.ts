/** Files that are no weights; those that are stand in main/lab/foreign-agents.test.ts. */
import { expect, test } from 'vitest'
import { readWeights } from './weights.ts'

test.each([
  ['a pickle of protocol 0', 'cos.system\n(S"ls"\ntR.'],
  ['a text', '{"layers": [256, 256]}'],
  ['nothing', ''],
])('%s is neither PyTorch nor safetensors', (_what, text) => {
  const read = () => readWeights(Buffer.from(text), 'model.pt')
  expect(read).toThrow('model.pt is neither a file of PyTorch (.pt) nor safetensors')
  expect(read).toThrow(
    expect.objectContaining({ code: 'format-unsupported', hint: expect.stringContaining('save_model') as string }),
  )
})

test('safetensors that are cut short are told as such', () => {
  const cut = Buffer.concat([Buffer.from([200, 0, 0, 0, 0, 0, 0, 0]), Buffer.from('{"a":{"dtype":"F32"')])
  expect(() => readWeights(cut, 'model.safetensors')).toThrow('header of 200 bytes')
})
