import { afterEach, describe, expect, test } from 'vitest'
import { runbookOf, withLook } from './practice-runbooks.ts'
import { Practice } from './practice.ts'
import type { RunOptions } from './practice.ts'

let practice: Practice
afterEach(async () => practice.close())

const INPUTS = { environment: 'production', app: 'shop' }
const NOTE = (id: string, more = '    leaves: the note stays\n') =>
  `  - id: ${id}\n    do: practice.writeNote\n    with: { text: ${id} }\n${more}`
const END = (when: string) => `  named: { as: escalated, when: ${when}, tell: [lead] }
  fallback: { as: deferred, tell: [on-call] }
`
const JUDGE = (continueOn: string) =>
  `  - { id: look, read: [health] }\n  - { id: judge, decide: { well: "health.state == 'well'" }, otherwise: sick, continueOn: ${continueOn} }\n`
const APPROVE = '  - { id: agreed, approve: "Go on?", who: lead, within: 1m }\n'
const ASK = `  - id: what
    ask: Which one?
    who: lead
    within: 1m
    choose: { go: { effects: [] }, stop: { effects: [] } }
    continueOn: [go]
`
const BLOCK = (inner: string, more = '') => `  - id: block\n${more}    steps:\n${inner.replace(/^(?=.)/gm, '    ')}`
const LOOP = '    forEach: { member: members.items }\n'
const UNDO = '    undo: { do: practice.writeNote, with: { text: taken back } }\n'
const vote = (step: string, more: object) => ({ votes: { [step]: [{ user: 'ben', role: 'lead', ...more }] } })

/** Steps, the condition of the outcome `named`, how the run ends, and what people say on the way. */
const ENDS: readonly [string, string, string, string, RunOptions?][] = [
  ['the end of the list', NOTE('a'), '{ a: done }', 'named'],
  ['the end of the list, by the fallback', NOTE('a'), '{ a: denied }', 'fallback'],
  ['a decision that stops', `${JUDGE('[well]')}${NOTE('a')}`, '{ judge: sick }', 'named'],
  ['a decision that stops after an effect', `${NOTE('b')}${JUDGE('[well]')}${NOTE('a')}`, '{ b: done }', 'named'],
  ['a decision that stops, by the fallback', `${JUDGE('[well]')}${NOTE('a')}`, '{ a: done }', 'fallback'],
  [
    'a step that was passed over',
    `${JUDGE('[well, sick]')}${NOTE('a', '    when: { judge: well }\n    leaves: x\n')}`,
    '{ judge: sick }',
    'named',
  ],
  ['a stop inside a block', `${BLOCK(`${JUDGE('[well]')}${NOTE('a')}`)}${NOTE('b')}`, '{ block: failed }', 'named'],
  [
    'a stop inside a block, by the fallback',
    `${BLOCK(`${JUDGE('[well]')}${NOTE('a')}`)}${NOTE('b')}`,
    '{ b: done }',
    'fallback',
  ],
  [
    'a block that is left, and what follows',
    `${BLOCK(`${JUDGE('[well]')}${NOTE('a')}`, '    continueOn: [done, failed]\n')}${NOTE('b')}`,
    '{ block: failed, b: done }',
    'named',
  ],
  [
    'a stop inside a loop',
    withLook(`${BLOCK(`${NOTE('a')}${JUDGE('[well]').replace('id: look,', 'id: again,')}`, LOOP)}${NOTE('b')}`),
    '{ block: failed }',
    'named',
  ],
  ['the end behind a loop', withLook(`${BLOCK(NOTE('a'), LOOP)}${NOTE('b')}`), '{ block: done, b: done }', 'named'],
  ['an approval that was given', `${APPROVE}${NOTE('a')}`, '{ agreed: done, a: done }', 'named', vote('agreed', {})],
  ['an answer that stops', `${ASK}${NOTE('a')}`, '{ what: stop }', 'named', vote('what', { option: 'stop' })],
  [
    'an answer that stops, by the fallback',
    `${ASK}${NOTE('a')}`,
    '{ a: done }',
    'fallback',
    vote('what', { option: 'stop' }),
  ],
  ['what was taken back', `${NOTE('a', UNDO)}${JUDGE('[well]')}`, '{ a: done, judge: sick }', 'named'],
  [
    'a called runbook that ends otherwise',
    '  - { id: call, call: callee, continueOn: [named] }\n',
    '{ call: fallback }',
    'named',
  ],
  [
    'a called runbook that ends so',
    `  - { id: call, call: callee, continueOn: [fallback] }\n${NOTE('a')}`,
    '{ call: fallback, a: done }',
    'named',
  ],
]

describe('an end to which a run has really come', () => {
  test.each(ENDS)('G20: %s is said', async (_name, steps, when, ends, options = {}) => {
    const callee = runbookOf('callee', `${JUDGE('[well]')}${NOTE('inner')}`, { outcomes: END('{ inner: done }') })
    practice = await Practice.open({ files: { ...callee, ...runbookOf('ends', steps, { outcomes: END(when) }) } })
    expect(practice.host.catalogue.diagnostics).toEqual([])
    const { outcome } = await practice.run('ends', { inputs: INPUTS, ...options })
    expect(outcome).toMatchObject({ name: ends })
    expect(outcome).not.toHaveProperty('denial')
  })
})
