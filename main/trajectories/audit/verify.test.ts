/** What is no report of an audit is told from one that was damaged; what a whole one holds is checked in main/lab/audit-report.test.ts. */
import { expect, test } from 'vitest'
import { verifyAuditReport } from './verify.ts'

test('the report of another run has no check', async () => {
  const training = { schema: 'lethe.trajectories-report/1', dataset: null, record: { kind: 'trajectories.train' } }
  await expect(verifyAuditReport(JSON.stringify(training), null)).rejects.toMatchObject({
    code: 'file-malformed',
    message:
      'This is no report of an audit but of a run of the kind "trajectories.train"; there is no check of such a file.',
    hint: expect.stringContaining('report.json') as string,
  })
  await expect(verifyAuditReport('{}', null)).rejects.toMatchObject({ code: 'file-malformed' })
})

test.each([
  '{"schema": "lethe.audit-report/1", "record": {"kind": "trajectories.audit"}}',
  '{"schema": "lethe.trajectories-report/1", "seal": "0"}',
  '{"schema": "lethe.audit-report/1"',
  'null',
])('a damaged one fails: %s', async (text) => {
  expect(await verifyAuditReport(text, null)).toMatchObject({ ok: false, result: 'fails', problems: [{}] })
})
