import { expect, test } from 'vitest'
import { allowlistOf, compileCatalogue, sourceOf } from '../../engine/language/catalogue.ts'
import { entryContracts } from '../../engine/language/ground/entry-contracts.ts'
import type { Contract } from '../../schemas/contract.ts'
import { withFile } from './compile-case.ts'
import { contracts } from './contracts.ts'

const bytes = (text: string) => new TextEncoder().encode(text)

const LINES: Contract = {
  kind: 'reading',
  authority: 'diagnostic',
  name: 'logs.lines',
  summary: 'lines',
  input: { kind: 'object', fields: {} },
  output: {
    kind: 'object',
    fields: {
      items: {
        kind: 'list',
        item: { kind: 'object', fields: { bad: { kind: 'bool' }, app: { kind: 'id', of: 'app' } } },
      },
    },
  },
  timeoutMs: 1,
}

/** An action stands before the reading; without `output` both have the same one. */
const ALLOWLIST = `shell:
  - id: tell
    run: [wall, "{{app}}"]
    inputs: { environment: environment, app: app }
    timeout: 10s
    effects: [status.publish]
  - id: look
    run: [uptime]
    inputs: {}
    timeout: 10s
    effects: []
  - id: glance
    run: [uptime, -p]
    inputs: {}
    timeout: 10s
    effects: []
http: []
`

/** The mistakes of a runbook of these facts and steps. */
function mistakes(facts: string, steps: string): string[] {
  const { files, ...sources } = withFile(
    'base/acts.yaml',
    bytes(`runbook: acts
title: Acts
source: ours
owner: on-call
goal: service
inputs: { environment: environment, app: app, host: host }
coalesce: [app]
doNot: []
facts:
  owner: platform.routeOwner
${facts}
steps:
  - { id: truth, read: [owner] }
${steps}
outcomes:
  unclear: { as: escalated, tell: [on-call] }
`),
  )
  const others = files.filter(({ file }) => file !== 'base/allowlist.yaml')
  const all = { ...sources, files: [...others, sourceOf('base/allowlist.yaml', bytes(ALLOWLIST))] }
  const known = [...contracts, LINES]
  const { diagnostics } = compileCatalogue(all, [...known, ...entryContracts(allowlistOf(all, known))])
  return diagnostics.filter(({ span }) => span.file === 'base/acts.yaml').map(({ message }) => message)
}

test('G16: an expectation rests on diagnostic readings as little as a judgement does', () => {
  const looked = '  looked: shell.look'
  expect(mistakes(looked, '  - { id: wait, read: [looked], expect: looked.truncated == false, within: 5m }')).toEqual([
    'this expectation rests on diagnostic readings alone (`shell.look`)',
  ])
  const beside = '"looked.truncated == false && owner.sinceChange > policy.patience"'
  expect(mistakes(looked, `  - { id: wait, read: [looked], expect: ${beside}, within: 5m }`)).toEqual([])
})

test('a reading that has the output of an action is still a reading', () => {
  const steps = `
  - { id: look, read: [looked] }
  - { id: judge, decide: { cut: looked.truncated }, otherwise: whole }`
  expect(mistakes('  looked: shell.look', steps)).toEqual([
    'this judgement rests on diagnostic readings alone (`shell.look`)',
  ])
})

test('an item of a list is what its reading is, and its id only says which one it is', () => {
  const steps = (predicate: string) => `
  - { id: look, read: [lines] }
  - id: each
    forEach: { line: lines.items }
    steps:
      - { id: judge, decide: { bad: ${predicate} }, otherwise: good }`
  const lines = '  lines: { read: logs.lines, ifEmpty: allow }'
  expect(mistakes(lines, steps('line.bad'))).toEqual([
    'this judgement rests on diagnostic readings alone (`logs.lines`)',
  ])
  expect(mistakes(lines, steps('line.app == inputs.app'))).toEqual([])
})

test('the output of an action is no reading, though a reading of the same shape stands beside it', () => {
  const steps = `
  - { id: tell, do: shell.tell, leaves: the screen says so }
  - { id: judge, decide: { cut: tell.truncated }, otherwise: whole }`
  expect(mistakes('', steps)).toEqual([])
})

test('of two readings of the same shape the one that was judged by is named', () => {
  const steps = `
  - { id: look, read: [looked, glanced] }
  - { id: judge, decide: { cut: glanced.truncated }, otherwise: whole }`
  expect(mistakes('  looked: shell.look\n  glanced: shell.glance', steps)).toEqual([
    'this judgement rests on diagnostic readings alone (`shell.glance`)',
  ])
})
