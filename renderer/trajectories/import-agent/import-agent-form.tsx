/** Right: the files of an agent made elsewhere, what they are, and what must be said of it. */
import { useEffect } from 'react'
import type { ForeignAgentFacts } from '../../../main/contract/calls/foreign-agents.ts'
import { formatCount, formatFigure } from '../../app/format.ts'
import { Button } from '../../ui/controls.tsx'
import { Facts } from '../../ui/facts.tsx'
import { NumberField, Segmented, SelectField } from '../../ui/field.tsx'
import { Explain } from '../../ui/hint.tsx'
import { Icon } from '../../ui/icons.tsx'
import { missingToImport } from '../missing.ts'
import { SeedAndDevice, StartPanel } from '../start-panel.tsx'
import { chooseSet } from '../trajectories-feed.ts'
import { useSet, useTrajectories } from '../trajectories-store.ts'
import { nameOf, type AgentFile } from './agent-files.ts'
import { chooseFiles, followFiles, importAgent, removeFile } from './import-agent-feed.ts'
import { say, useImportAgent } from './import-agent-store.ts'

const fileRows: readonly { readonly kind: AgentFile; readonly label: string; readonly missing: string }[] = [
  { kind: 'weights', label: 'Weights', missing: '.pt or .safetensors' },
  { kind: 'params', label: 'Settings', missing: 'params.json' },
  { kind: 'check', label: 'Predictions', missing: 'none, not checked' },
]

function Files() {
  const files = useImportAgent((state) => state.files)
  return (
    <section className="agents-part" aria-label="Files">
      <h2>
        Files <Explain page="forgetting#foreign-agents" term="agents made elsewhere" />
      </h2>
      <ul className="import-agent-files">
        {fileRows.map(({ kind, label, missing }) => {
          const path = files[kind]
          return (
            <li key={kind}>
              <span className="trajectories-note">{label}</span>
              {path === null ? (
                <span className="trajectories-note">{missing}</span>
              ) : (
                <>
                  <span className="import-agent-name" title={path}>
                    {nameOf(path)}
                  </span>
                  <button
                    type="button"
                    className="import-agent-remove"
                    title="Take it out"
                    aria-label={`Take out ${nameOf(path)}`}
                    onClick={() => removeFile(kind)}
                  >
                    <Icon name="close" size={13} />
                  </button>
                </>
              )}
            </li>
          )
        })}
      </ul>
      <p>
        <Button icon="bring" onClick={() => void chooseFiles()}>
          Choose files…
        </Button>
      </p>
      {files.check === null && (
        <p className="trajectories-note">
          Choose them together, or drop them on the window. With predictions, an NPZ of observations, actions and
          values, an agent that acts otherwise here than there is refused.
        </p>
      )}
    </section>
  )
}

const decoders = [
  { value: 'linear', label: 'Linear', note: 'As d3rlpy 2.8 trains it.' },
  { value: 'tanh', label: 'tanh', note: 'As earlier versions and the papers have it.' },
] as const

function WhatItIs({ facts }: { readonly facts: ForeignAgentFacts }) {
  const title = useTrajectories((state) => state.algorithms.find(({ id }) => id === facts.algorithm)?.title)
  const decoder = useImportAgent((state) => state.said.decoder)
  const rows: [string, string][] = [
    ['Algorithm', title ?? facts.algorithm],
    ['Written by', `d3rlpy ${facts.line}.x`],
    ['Observations', `${facts.observations}${facts.standardises ? ', standardised' : ', as they are'}`],
    ['Actions', String(facts.actions)],
    ['Hidden layers', facts.hidden.map(formatCount).join(', ')],
    ['Rewards', facts.rewardScale === 1 ? 'as they are' : `× ${formatFigure(facts.rewardScale)}`],
  ]
  return (
    <section className="agents-part" aria-label="What it is">
      <h2>What it is</h2>
      <Facts className="trajectories-facts" rows={rows} />
      {facts.needsDecoder && (
        <Segmented
          label="Output of its auto-encoder"
          value={decoder ?? ''}
          options={[...decoders]}
          error={decoder === null ? 'The file does not say which: choose.' : null}
          onChange={(value) => value !== '' && say({ decoder: value })}
        />
      )}
    </section>
  )
}

function Training({ facts }: { readonly facts: ForeignAgentFacts | null }) {
  const said = useImportAgent((state) => state.said)
  const sets = useTrajectories((state) => state.sets) ?? []
  const set = useSet()
  return (
    <section className="agents-part">
      <h2>What it learnt</h2>
      <SelectField
        label="Trained on"
        value={set?.id ?? ''}
        options={sets.map(({ id, name }) => ({ value: id, label: name }))}
        hint="No file says it. An audit is worth nothing where it is another set."
        onChange={chooseSet}
      />
      <NumberField
        label="Updates it has had"
        value={said.steps ?? facts?.steps ?? null}
        min={0}
        max={1e9}
        step={1000}
        hint="d3rlpy writes them into the name, model_50000.pt. Warm-ups depend on them."
        onChange={(steps) => say({ steps })}
      />
      <NumberField
        label="Share of the episodes"
        unit="%"
        value={said.share * 100}
        min={1}
        max={100}
        step={5}
        hint="Trained on so many of them, from the first. The rest counts as never seen."
        onChange={(share) => share !== null && share > 0 && say({ share: share / 100 })}
      />
    </section>
  )
}

function Run() {
  const said = useImportAgent((state) => state.said)
  const set = useSet()
  return (
    <section className="agents-part">
      <h2>Run</h2>
      {set?.environment.task != null && (
        <NumberField
          label="Episodes played"
          value={said.episodes}
          min={0}
          max={10_000}
          hint="To measure what it returns."
          onChange={(episodes) => episodes !== null && say({ episodes })}
        />
      )}
      <SeedAndDevice draft={said} onChange={say} />
    </section>
  )
}

export function ImportAgentForm() {
  const { facts, plan, trouble } = useImportAgent((state) => state.found)
  const files = useImportAgent((state) => state.files)
  const starting = useImportAgent((state) => state.starting)
  useEffect(followFiles, [])
  return (
    <>
      <div className="agents-settings">
        <Files />
        {facts && <WhatItIs facts={facts} />}
        <Training facts={facts} />
        <Run />
      </div>
      <StartPanel
        plan={plan}
        obstacle={trouble}
        missing={trouble ? null : missingToImport(files)}
        starting={starting}
        action="Import agent"
        onStart={importAgent}
      >
        <div className="agents-touched">
          <p>
            {files.check !== null
              ? 'Its predictions are replayed first; it comes in if they are the same.'
              : 'Without predictions nobody checks that it acts here as it did there.'}
          </p>
          <p className="trajectories-note">The files stay as they are; a copy of the weights lies in the run.</p>
        </div>
      </StartPanel>
    </>
  )
}
