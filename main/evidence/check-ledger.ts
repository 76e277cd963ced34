/** The ledger extract: its chain where it has one, the charges of the run in it, and what the data set has spent. */
import { isDeepStrictEqual } from 'node:util'
import type { LedgerExtract } from '../contract/evidence.ts'
import type { LedgerEntry, LedgerSummary } from '../contract/privacy.ts'
import { genesis, linkHash } from '../files/chain.ts'
import { roundUp } from '../privacy/compose.ts'
import { chargedEvents, summariseInTurns } from '../privacy/ledger.ts'
import type { RunUnderCheck } from './check-run.ts'
import { near, requireOrdinary } from './check-epsilon.ts'
import type { Findings } from './findings.ts'
import { runPath } from './layout.ts'

type Charge = Omit<Extract<LedgerEntry, { kind: 'charge' }>, 'hash' | 'previous'> & { readonly hash?: string }

export async function checkLedger(findings: Findings, run: RunUnderCheck): Promise<void> {
  const { id, extract, report } = run
  const file = runPath(id, 'ledger.json')
  await findings.check(id, 'The lines of the ledger follow one another', () => {
    if (extract.data !== report.config.data)
      findings.problem(file, `the ledger of ${report.config.data}`, `that of ${extract.data}`)
    const form = run.mode === 'research' ? 'chained' : 'unchained'
    if (extract.form !== form) findings.problem(file, `the ${form} form of ${run.mode} mode`, extract.form)
    return extract.form === 'chained' ? checkChain(findings, file, extract) : checkOrder(findings, file, extract)
  })
  await findings.check(id, 'What the run charged is in the ledger, and is what its plan declared', () =>
    checkCharges(findings, file, run),
  )
  await findings.check(id, 'What the data set has spent, composed again, is what the report says', () =>
    checkSpent(findings, run),
  )
}

type Chained = Extract<LedgerExtract, { form: 'chained' }>
type Unchained = Extract<LedgerExtract, { form: 'unchained' }>

function checkChain(findings: Findings, file: string, { entries }: Chained): string {
  let previous = genesis
  let links = 0
  for (const [place, entry] of entries.entries()) {
    if (entry.seq !== place) findings.problem(file, `line ${place}`, `line ${entry.seq}`)
    if (entry.previous !== previous)
      findings.problem(file, `line ${place} to follow ${previous.slice(0, 12)}`, entry.previous.slice(0, 12))
    if (entry.kind === 'link') links++
    else if (linkHash(entry) !== entry.hash)
      findings.problem(file, `line ${place} with hash ${linkHash(entry).slice(0, 12)}`, entry.hash.slice(0, 12))
    previous = entry.hash
  }
  if (entries[0]?.kind !== 'open') findings.problem(file, 'an opening line', entries[0]?.kind ?? 'nothing')
  const hidden = links > 0 ? `; ${links} of them are reads of other runs, shown as their place only` : ''
  return `${entries.length} lines up to ${previous.slice(0, 12)}${hidden}. Compare that with the ledger itself.`
}

function checkOrder(findings: Findings, file: string, { entries }: Unchained): { open: string } {
  for (const [place, entry] of entries.entries())
    if (place > 0 && entry.seq <= entries[place - 1]!.seq)
      findings.problem(file, `a line after ${entries[place - 1]!.seq}`, `line ${entry.seq}`)
  return { open: 'In release mode the hashes stay at home; the keeper of the ledger can check its chain.' }
}

function checkCharges(findings: Findings, file: string, { id, extract, events, report }: RunUnderCheck): string {
  const charges = new Map<number, Charge>()
  for (const entry of extract.entries) if (entry.kind === 'charge' && entry.run === id) charges.set(entry.seq, entry)
  const said = new Set<number>()
  for (const event of events) {
    if (event.kind !== 'spend') continue
    said.add(event.ledgerSeq)
    const charge = charges.get(event.ledgerSeq)
    const name = `a charge of ${event.stage} to ${event.account} in line ${event.ledgerSeq}, as the run recorded`
    if (!charge) findings.problem(file, name, 'none of this run')
    else if (charge.stage !== event.stage || charge.account !== event.account)
      findings.problem(file, name, `${charge.stage} to ${charge.account}`)
    else if (extract.form === 'chained' && charge.hash !== event.ledgerHash)
      findings.problem(
        file,
        `${name}, with hash ${String(event.ledgerHash).slice(0, 12)}`,
        `${charge.hash}`.slice(0, 12),
      )
  }
  for (const { seq, stage, ...charge } of charges.values()) {
    if (!said.has(seq)) findings.problem(runPath(id, 'events.ndjson'), `the charge of line ${seq}`, 'nothing')
    const planned = report.privacy.stages.find((candidate) => candidate.id === stage)
    const { account, sensitivity, event, mode } = charge
    const { noisedQuantity: _words, id: _id, ...declared } = planned ?? { noisedQuantity: '', id: '' }
    if (!isDeepStrictEqual({ account, sensitivity, event }, declared) || mode !== report.privacy.mode)
      findings.problem(
        file,
        `line ${seq} as planned: ${JSON.stringify(declared)}`,
        JSON.stringify({ account, sensitivity, event }),
      )
  }
  const unpaid = report.privacy.stages.filter(
    ({ id: stage }) => ![...charges.values()].some((one) => one.stage === stage),
  )
  for (const { id: stage } of unpaid) findings.problem(file, `a charge for the release of ${stage}`, 'none')
  return `${charges.size} ${charges.size === 1 ? 'charge' : 'charges'}`
}

/** The opening line is not shown in release mode; what it says of terms stands with the data set. */
function wholeLedger({ extract, report }: RunUnderCheck): { entries: LedgerEntry[]; links: number } {
  const { relation, delta, budget, privacyUnit: unit, id: data } = report.dataset
  const open = {
    kind: 'open',
    seq: 0,
    time: '',
    previous: '',
    hash: '',
    data,
    relation,
    delta,
    budget,
    unit,
    dataHash: '',
    contentHash: '',
  }
  const entries = extract.entries.filter((entry) => entry.kind !== 'link') as LedgerEntry[]
  return {
    entries: extract.form === 'chained' ? entries : [open as LedgerEntry, ...entries],
    links: extract.entries.length - entries.length,
  }
}

async function checkSpent(findings: Findings, run: RunUnderCheck): Promise<string | { open: string }> {
  const { id, extract, report } = run
  const file = runPath(id, 'report.json')
  const shown = extract.entries.filter((entry) => entry.kind !== 'link')
  const stated = (run.values.get('report.json') as { ledger: { entries: unknown[]; summary: LedgerSummary } }).ledger
  if (!isDeepStrictEqual(stated.entries, shown)) findings.problem(file, 'the entries of ledger.json', 'others')
  const { entries, links } = wholeLedger(run)
  try {
    for (const account of ['train', 'validation'] as const)
      requireOrdinary(chargedEvents(entries, account), report.dataset.delta)
  } catch (error) {
    return { open: (error as Error).message }
  }
  const found = await summariseInTurns(entries)
  const { summary } = stated
  for (const key of ['spent', 'remaining', 'budget', 'delta'] as const)
    if (!near(found[key], summary[key]))
      findings.problem(file, `${key}: ${found[key]}, from the ledger`, `${summary[key]}`)
  for (const account of ['train', 'validation'] as const)
    for (const name of ['rdp', 'pld', 'gaussian'] as const)
      if (!near(found.accounts[account][name], summary.accounts[account][name]))
        findings.problem(
          file,
          `${account} by ${name}: ${found.accounts[account][name]}`,
          `${summary.accounts[account][name]}`,
        )
  if (found.data !== summary.data || found.relation !== summary.relation)
    findings.problem(file, `${found.data}, ${found.relation}`, `${summary.data}, ${summary.relation}`)
  const reads = found.nonPrivateReads + links
  if (extract.form === 'chained' && reads !== summary.nonPrivateReads)
    findings.problem(file, `${reads} reads without noise, from the ledger`, `${summary.nonPrivateReads}`)
  return `${roundUp(summary.spent)} of ${summary.budget}`
}
