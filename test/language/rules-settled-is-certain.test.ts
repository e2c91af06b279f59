import { describe, expect, test } from 'vitest'
import { allowlistOf, compileCatalogue, sourceOf } from '../../engine/language/catalogue.ts'
import { entryContracts } from '../../engine/language/ground/entry-contracts.ts'
import { withFile } from './compile-case.ts'
import { contracts } from './contracts.ts'

const bytes = (text: string) => new TextEncoder().encode(text)

const HEAD = `runbook: acts
title: Acts
source: ours
owner: on-call
goal: service
inputs: { environment: environment, app: app, host: host }
coalesce: [app]
doNot: []
`
const UNCLEAR = '\noutcomes:\n  unclear: { as: escalated, tell: [on-call] }\n'

const ALLOWLIST = `shell:
  - id: tell
    run: [wall, "{{app}}"]
    inputs: { environment: environment, app: app }
    timeout: 10s
    effects: [status.publish]
http: []
`

/** Compiles a runbook of these facts and steps under one rule: mistakes of its own, or its bindings, each in one line. */
function settled(check: string, facts: string, steps: string, outcomes = UNCLEAR): string[] {
  const rules = `rules:
  - id: the-rule
    text: Do not.
    source: ours
    checks:
      - ${check}
    overridable: never
    next: wait
`
  const runbook = `${HEAD}facts:\n${facts}\nsteps:\n${steps}${outcomes}`
  const { files, ...sources } = withFile('base/acts.yaml', bytes(runbook))
  const others = files.filter(({ file }) => !file.includes('/rules/') && file !== 'base/allowlist.yaml')
  const own = [sourceOf('base/rules/case.yaml', bytes(rules)), sourceOf('base/allowlist.yaml', bytes(ALLOWLIST))]
  const all = { ...sources, files: [...others, ...own] }
  const entries = entryContracts(allowlistOf(all, contracts))
  const { diagnostics, runbooks } = compileCatalogue(all, [...contracts, ...entries])
  const found = diagnostics.filter(({ span }) => /acts|rules/.test(span.file))
  if (found.length > 0) return found.map(({ code, message }) => `${code} ${message}`)
  return (runbooks['acts']?.plan.bindings ?? []).map(({ at, guarded, verdict }) => `${at} ${guarded} ${verdict}`)
}

describe('G20, form 3: the same subject is the same value', () => {
  const facts = `
  errors: prometheus.errorRatio
  next: { read: platform.successorOf, with: { digest: "{{errors.worst}}" } }
  fit: { read: platform.artifactFit, with: { digest: "{{errors.worst}}" } }`
  const fitsAfter = 'guards: [platform.artifactFit]\n        after: [platform.successorOf]'
  const uncertain = [
    'RB0440 `three` reads `fit` (`platform.artifactFit`), and `platform.successorOf` of the same subject is not surely read or done before',
  ]

  test('a fact that nobody reads again says the same at both places', () => {
    const steps = `
  - { id: one, read: [errors, next] }
  - { id: three, read: [fit] }`
    expect(settled(fitsAfter, facts, steps)).toEqual(['three platform.artifactFit settled'])
    const apart = `
  - { id: one, read: [errors] }
  - { id: two, read: [next] }
  - { id: three, read: [fit] }`
    expect(settled(fitsAfter, facts, apart)).toEqual(['three platform.artifactFit settled'])
  })

  test('a fact that is read again between, or in the very step, may say something else', () => {
    const between = `
  - { id: one, read: [errors, next] }
  - { id: two, read: [errors] }
  - { id: three, read: [fit] }`
    expect(settled(fitsAfter, facts, between)).toEqual(uncertain)
    const inStep = `
  - { id: one, read: [errors, next] }
  - { id: three, read: [errors, fit] }`
    expect(settled(fitsAfter, facts, inStep)).toEqual(uncertain)
  })

  test('a fact that is read again in a block says something else inside only', () => {
    const steps = `
  - { id: one, read: [errors, next] }
  - id: room
    steps:
      - { id: two, read: [errors] }
  - { id: three, read: [fit] }`
    expect(settled(fitsAfter, facts, steps)).toEqual(['three platform.artifactFit settled'])
    const inside = `
  - { id: one, read: [errors, next] }
  - id: room
    steps:
      - { id: two, read: [errors] }
      - { id: three, read: [fit] }`
    expect(settled(fitsAfter, facts, inside)).toEqual(uncertain)
  })

  test('an effect between two readings of its subject is on what was known then, and its door looks again', () => {
    const hosts = `
  groups: platform.groups
  state: { read: platform.hostState, with: { host: "{{groups.keeper}}" } }
  after: { read: platform.hostState, with: { host: "{{groups.keeper}}" } }`
    const steps = (reads: string) => `
  - { id: one, read: [groups, state] }
  - id: drain
    do: platform.drainHost
    with: { host: "{{groups.keeper}}", expectedVersion: "{{state.version}}" }
    read: [after]
    expect: after.drained
    within: 5m
    leaves: it stays drained
  - { id: again, read: [${reads}] }
  - id: undrain
    do: platform.undrainHost
    with: { host: "{{groups.keeper}}", expectedVersion: "{{state.version}}" }
    leaves: it takes work`
    const afterDrain = 'guards: [host.undrain]\n        after: [host.drain]'
    expect(settled(afterDrain, hosts, steps('state'))).toEqual(['undrain host.undrain settled'])
    expect(settled(afterDrain, hosts, steps('groups, state'))).toEqual(['undrain host.undrain run-time'])
  })
})

describe('G20, form 3: what is certain stands', () => {
  const facts = `
  owner: platform.routeOwner
  previous: platform.previousOwner
  state: platform.hostState`
  const back = (undo: string) => `
  - { id: look, read: [owner, previous, state] }
  - id: back
    do: platform.rollbackRouteOwner
    with: { to: "{{previous.digest}}", expectedEpoch: "{{owner.epoch}}" }
    ${undo}
  - id: judge
    decide: { well: state.drained }
    otherwise: ill
    continueOn: [well]`
  const UNDO =
    'undo: { do: platform.rollbackRouteOwner, with: { to: "{{owner.digest}}", expectedEpoch: "{{back.epoch}}" } }'
  const claimed = (when: string) => `
outcomes:
  rolled-back: { as: succeeded, when: ${when}, claim: [rolled-back] }
  unclear: { as: escalated, tell: [on-call] }
`
  const claimAfter = 'guards: [claim.rolled-back]\n        after: [route.rollback]'

  test('what a run that stops takes back is not certain where it says how it ended', () => {
    const stopped = claimed('{ back: done, judge: ill }')
    expect(settled(claimAfter, facts, back(UNDO), stopped)).toEqual(['outcome:rolled-back claim.rolled-back run-time'])
    expect(settled(claimAfter, facts, back('leaves: it serves'), stopped)).toEqual([
      'outcome:rolled-back claim.rolled-back settled',
    ])
  })

  test('a run that came to the end has taken nothing back', () => {
    const atTheEnd = claimed('{ back: done, judge: well }')
    expect(settled(claimAfter, facts, back(UNDO), atTheEnd)).toEqual(['outcome:rolled-back claim.rolled-back settled'])
    const somewhere = claimed('{ back: done }')
    expect(settled(claimAfter, facts, back(UNDO), somewhere)).toEqual([
      'outcome:rolled-back claim.rolled-back run-time',
    ])
  })

  test('what nobody can read back is certain to nobody', () => {
    const tellFirst = 'guards: [route.rollback]\n        after: [status.publish]'
    const steps = (told: string) => `
  - { id: look, read: [owner, previous, state] }
  - id: tell
    ${told}
    leaves: they were told
  - id: back
    do: platform.rollbackRouteOwner
    with: { to: "{{previous.digest}}", expectedEpoch: "{{owner.epoch}}" }
    leaves: it serves`
    expect(settled(tellFirst, facts, steps('do: platform.tell\n    with: { cause: other }'))).toEqual([
      'back route.rollback settled',
    ])
    expect(settled(tellFirst, facts, steps('do: shell.tell'))).toEqual(['back route.rollback run-time'])
  })
})

describe('items of one loop go ways of their own', () => {
  const facts = `
  hosts: { read: platform.hosts, ifEmpty: allow }
  state: { read: platform.hostState, with: { host: "{{one.host}}" } }`
  const branches = (indent: string) =>
    `
- { id: look, read: [state] }
- id: judge
  decide: { well: state.drained }
  otherwise: ill
- id: drain
  when: { judge: ill }
  do: platform.drainHost
  with: { host: "{{one.host}}", expectedVersion: "{{state.version}}" }
  leaves: it stays drained
- id: undrain
  when: { judge: well }
  do: platform.undrainHost
  with: { host: "{{one.host}}", expectedVersion: "{{state.version}}" }
  leaves: it takes work`.replaceAll(/^(?=.)/gm, indent)
  const beside = 'forbid: [host.drain]\n        inRunsWith: [host.undrain]'

  test('G20, form 2: what two branches do in a loop, one run does', () => {
    const loop = `
  - { id: list, read: [hosts] }
  - id: each
    forEach: { one: hosts.items }
    steps:${branches('      ')}`
    expect(settled(beside, facts, loop)).toEqual([
      'RB0411 `the-rule` forbids what `drain` does in a run with `undrain`',
    ])
  })

  test('outside a loop a run takes one of them', () => {
    const alone = facts.replace('one.host', 'inputs.host').replace(/\n.*hosts:.*/, '')
    expect(settled(beside, alone, branches('  ').replaceAll('one.host', 'inputs.host'))).toEqual([
      'drain host.drain settled',
      'undrain host.undrain settled',
    ])
  })

  test('G20, form 6: what ends an interval comes after it on one of its paths', () => {
    const alone = facts.replace('one.host', 'inputs.host').replace(/\n.*hosts:.*/, '')
    const steps = branches('  ').replaceAll('one.host', 'inputs.host').replace('leaves: it stays drained', 'undo: none')
    const whole =
      "during: { from: host.drain, to: host.undrain }\n        require: [run.effects.of('host.drain').size() <= 1]"
    expect(settled(whole, alone, steps)).toEqual([
      'RB0442 `drain` begins what only `host.undrain` ends, and no step after it on its way has that effect',
    ])
    const both = steps
      .replace('when: { judge: well }', 'when: { judge: [well, ill] }')
      .replace('\n    when: { judge: [well, ill] }', '')
    expect(settled(whole, alone, both)).toContain('drain host.drain settled')
  })
})

test('G20, form 6: what an earlier step takes back is inside an interval that began after it', () => {
  const facts = `
  owner: platform.routeOwner
  previous: platform.previousOwner
  state: platform.hostState`
  const steps = `
  - { id: look, read: [owner, previous, state] }
  - id: back
    do: platform.rollbackRouteOwner
    with: { to: "{{previous.digest}}", expectedEpoch: "{{owner.epoch}}" }
    undo: { do: platform.rollbackRouteOwner, with: { to: "{{owner.digest}}", expectedEpoch: "{{back.epoch}}" } }
  - id: drain
    do: platform.drainHost
    with: { expectedVersion: "{{state.version}}" }
    leaves: it stays drained`
  const whole =
    "during: { from: host.drain, to: host.undrain }\n        require: [run.effects.of('host.drain').size() <= 1]"
  const bound = settled(whole, facts, steps)
  expect(bound).toContain('back-undo route.rollback run-time')
  expect(bound).not.toContain('back route.rollback run-time')
})
