import { variablesOf } from '../../engine/core/variables.ts'
import type { OutcomeKind, Plan, RulePlan, StepPlan } from '../../schemas/plan.ts'
import { ask, block, call, callee, calling, each, newPlan, undo } from '../core/nested.ts'
import { act, after, approve, decide, expecting, outcome, planOf, read, says } from '../core/plans.ts'
import { conflict, denial, denied, done, failed, known, owner, whole } from '../core/recorded.ts'
import type { Script } from '../core/recorded.ts'

/** One construct of the language, in a run of its own: a history of it is recorded, and replayed for ever. */
export interface Construct {
  readonly plan: Plan
  readonly script: Script
  /** The admission is denied. */
  readonly refused?: true
  /** What a person does while the run waits. */
  readonly person?:
    | 'votes'
    | 'cancels'
    | 'chooses'
    | 'overrides'
    | 'agrees'
    | 'pauses'
    | 'notices'
    | 'cancels-while-moving'
    | 'votes-while-moving'
    | 'votes-at-the-last-moment'
    | 'votes-before-a-long-check'
    | 'votes-too-late'
    | 'votes-unchecked'
    | 'starts-again'
  /** The run goes on in other executions; the histories of the first and the last are kept. */
  readonly moves?: true
  readonly ends: OutcomeKind
}

const roll = act('roll', { with: { expectedEpoch: { path: ['owner', 'epoch'] } } })
const premise = { input: 'expectedEpoch', fact: 'owner', field: 'epoch', backTo: 'look' }
const quick = { withinMs: 20_000, everyMs: 50 }
const facts = { health: [known({ ok: true })], owner: [owner(7), owner(8)], next: [known({ ok: true })] }

const watched: RulePlan = {
  id: 'single-writer',
  text: 'one writer at a time',
  source: 'test',
  facts: {},
  checks: [{ form: 'during', from: 'route.rollback', to: 'artifact.build', require: [says('health.ok')] }],
  overridable: 'never',
  next: '',
}
const often: Plan['policy'] = {
  watchEvery: { type: { kind: 'duration' }, value: 100, unit: 'duration', source: 'test' },
}
const short: Plan['policy'] = {
  executionEvents: { type: { kind: 'count' }, value: 60, unit: 'count', source: 'test' },
}
const overridable = { ...denial('keep-quorum'), overridable: [{ rule: 'keep-quorum', who: 'lead' }] }
const edges = { edges: [whole(1, 2, 3)] }
const drain = callee('drain', [read('look', ['health']), act('cordon', { undo })], {
  outcomes: [outcome('drained', 'succeeded')],
  outputs: { epoch: { type: { kind: 'epoch' }, from: { path: ['cordon', 'epoch'] } } },
})
const item = { epoch: { path: ['edge', 'epoch'] } }
const types = variablesOf(newPlan([act('roll', { ...each() })]))
/** Tells the item apart whose epoch is the owner's. */
const firstOne: StepPlan = {
  ...decide('judge', {}, { otherwise: 'other', continueOn: ['first', 'other'] }),
  cases: [{ name: 'first', predicate: says('edge.epoch == owner.epoch', types) }],
}

/** Constructs of Plans of version 2. */
const NEWER: Readonly<Record<string, Construct>> = {
  'for-each': {
    plan: newPlan([
      read('look', ['edges']),
      block('perEdge', [read('again', ['owner']), act('roll', { with: item })], each()),
    ]),
    script: { facts: { ...facts, ...edges } },
    ends: 'succeeded',
  },
  'at-once': {
    plan: newPlan([
      read('look', ['edges']),
      block('perEdge', [act('roll', { with: item }), read('again', ['owner'])], each(undefined, 2)),
      act('last', { ...each(undefined, 3) }),
    ]),
    script: { facts: { ...facts, ...edges } },
    ends: 'succeeded',
  },
  ask: {
    plan: newPlan([ask('which', { repair: ['route.rollback'], nothing: [] }, { withinMs: 60_000 }), act('mend')]),
    script: {},
    person: 'chooses',
    ends: 'succeeded',
  },
  call: {
    plan: calling([call('empty', drain), act('mend', { with: { epoch: { path: ['empty', 'epoch'] } } })], [drain]),
    script: { facts },
    ends: 'succeeded',
  },
  undo: {
    plan: calling([act('first', { undo }), call('empty', drain), act('last')], [drain]),
    script: { facts, effects: { last: [failed] } },
    ends: 'failed-safe',
  },
  'undo-cancelled': {
    plan: newPlan([act('first', { undo }), approve('gate', ['lead'], { withinMs: 60_000 })]),
    script: {},
    person: 'cancels',
    ends: 'aborted',
  },
  pause: {
    plan: newPlan([
      read('wait', ['health'], { expect: expecting(['health'], 'health.ok', { withinMs: 60_000, everyMs: 50 }) }),
      act('mend'),
    ]),
    script: { facts: { health: [known({ ok: false }), known({ ok: false }), known({ ok: true })] } },
    person: 'pauses',
    ends: 'succeeded',
  },
  resolved: {
    plan: newPlan([
      read('wait', ['health'], { expect: expecting(['health'], 'health.ok', { withinMs: 80_000, everyMs: 40_000 }) }),
    ]),
    script: { facts: { health: [known({ ok: false }), known({ ok: true })] } },
    person: 'notices',
    ends: 'succeeded',
  },
  override: {
    plan: newPlan([act('mend'), act('last')]),
    script: { effects: { mend: [{ status: 'denied', denial: overridable, evidence: {} }, done()] } },
    person: 'overrides',
    ends: 'succeeded',
  },
  propose: { plan: newPlan([act('mend'), act('last')]), script: {}, person: 'agrees', ends: 'succeeded' },
  watch: {
    plan: newPlan([act('roll'), approve('gate', ['lead'], { withinMs: 60_000 })], { rules: [watched], policy: often }),
    script: { watch: [undefined, denial('single-writer')] },
    ends: 'blocked',
  },
  'cancelled-while-moving': {
    plan: newPlan([read('look', ['edges']), act('roll', { ...each(), undo }), act('last')], { policy: short }),
    script: { facts: { edges: [whole(...Array.from({ length: 30 }, (_, at) => at))] } },
    person: 'cancels-while-moving',
    moves: true,
    ends: 'aborted',
  },
  'undo-while-moving': {
    plan: newPlan([read('look', ['edges']), act('roll', { ...each(), undo }), act('last')], { policy: short }),
    script: {
      facts: { edges: [whole(...Array.from({ length: 30 }, (_, at) => at))] },
      effects: { last: [failed] },
    },
    moves: true,
    ends: 'failed-safe',
  },
  'late-check': {
    plan: newPlan([approve('gate', ['lead'], { withinMs: 3_000 }), act('mend')]),
    script: {},
    person: 'votes-at-the-last-moment',
    ends: 'succeeded',
  },
  'long-check': {
    plan: newPlan([approve('gate', ['lead'], { withinMs: 3_000 }), act('mend')]),
    script: {},
    person: 'votes-before-a-long-check',
    ends: 'succeeded',
  },
  'late-votes': {
    plan: newPlan([approve('gate', ['lead'], { withinMs: 3_000 }), act('mend')]),
    script: {},
    person: 'votes-too-late',
    ends: 'aborted',
  },
  'no-check': {
    plan: newPlan([approve('gate', ['lead'], { withinMs: 3_000 }), act('mend')]),
    script: {},
    person: 'votes-unchecked',
    ends: 'aborted',
  },
  'no-record': {
    plan: newPlan([approve('gate', ['lead'], { withinMs: 60_000 }), act('mend')]),
    script: {},
    person: 'starts-again',
    ends: 'succeeded',
  },
  'waits-while-moving': {
    plan: newPlan(
      [
        read('look', ['edges', 'owner']),
        block(
          'perEdge',
          [
            firstOne,
            approve('gate', ['lead', 'duty'], { when: after('judge', 'first'), withinMs: 90_000, show: ['owner'] }),
            read('wait', ['health'], {
              when: after('judge', 'first'),
              expect: expecting(['health'], 'health.ok', { withinMs: 90_000, everyMs: 200 }),
            }),
            block('inner', [act('roll', { with: item })], {
              when: after('judge', 'other'),
              ...each(undefined, 1, 'other'),
            }),
          ],
          each(undefined, 3),
        ),
      ],
      { policy: short },
    ),
    script: {
      facts: {
        edges: [whole(0, 1, 2, 3, 4, 5)],
        owner: [owner(0)],
        health: [...Array.from({ length: 15 }, () => known({ ok: false })), known({ ok: true })],
      },
    },
    person: 'votes-while-moving',
    moves: true,
    ends: 'succeeded',
  },
  'continue-as-new': {
    plan: newPlan(
      [
        read('look', ['edges', 'owner']),
        block('outer', [block('inner', [act('roll', { with: item, undo })], each(undefined, 2, 'other'))], each()),
        block('more', [block('evenMore', [act('mend')], each(undefined, 1, 'other'))], each()),
        act('last'),
      ],
      { policy: short },
    ),
    script: { facts: { ...facts, edges: [whole(1, 2, 3, 4)] }, effects: { last: [failed] } },
    moves: true,
    ends: 'failed-safe',
  },
}

/** Every construct, by the name of its history. */
export const CONSTRUCTS: Readonly<Record<string, Construct>> = {
  read: { plan: planOf([read('look', ['health', 'owner', 'next'])]), script: { facts }, ends: 'succeeded' },
  decide: {
    plan: planOf([
      read('look', ['health']),
      decide('judge', { fine: 'health.ok' }, { otherwise: 'sick' }),
      read('whenFine', ['owner'], { when: after('judge', 'fine') }),
      act('whenSick', { when: after('judge', 'sick') }),
    ]),
    script: { facts },
    ends: 'succeeded',
  },
  done: {
    plan: planOf([read('look', ['owner']), roll]),
    script: { facts, effects: { roll: [done()] } },
    ends: 'succeeded',
  },
  denied: {
    plan: planOf([read('look', ['owner']), roll, act('more')]),
    script: { facts, effects: { roll: [denied('keep-quorum')] } },
    ends: 'blocked',
  },
  'claim-denied': {
    plan: planOf([read('look', ['owner'])]),
    script: { facts, claims: { fixed: denial('say-what-is-true') } },
    ends: 'failed-unsafe',
  },
  conflict: {
    plan: planOf([read('look', ['owner']), { ...roll, premise }]),
    script: { facts, effects: { roll: [conflict, done()] } },
    ends: 'succeeded',
  },
  approve: {
    plan: planOf([
      read('look', ['owner']),
      approve('gate', ['lead'], { show: ['owner'], withinMs: 60_000 }),
      act('mend'),
    ]),
    script: { facts },
    person: 'votes',
    ends: 'succeeded',
  },
  'approve-timeout': {
    plan: planOf([approve('gate', ['lead'], { withinMs: 100 }), act('mend')]),
    script: {},
    ends: 'aborted',
  },
  expectation: {
    plan: planOf([
      read('look', ['owner']),
      act('roll', {
        expect: expecting(['edges'], 'edges.items.all(e, e.epoch > owner.epoch)', { ...quick, holdsForMs: 100 }),
      }),
    ]),
    script: { facts: { ...facts, edges: [whole(7, 8), whole(8, 8)] } },
    ends: 'succeeded',
  },
  cancel: {
    plan: planOf([
      read('look', ['health'], { expect: expecting(['health'], 'health.ok', { withinMs: 60_000 }) }),
      act('mend'),
    ]),
    script: { facts: { health: [known({ ok: false })] } },
    person: 'cancels',
    ends: 'aborted',
  },
  'cancel-approve': {
    plan: planOf([approve('gate', ['lead'], { withinMs: 60_000 }), act('mend')]),
    script: {},
    person: 'cancels',
    ends: 'aborted',
  },
  refused: { plan: planOf([read('look', ['owner'])]), script: { facts }, refused: true, ends: 'refused' },
  ...NEWER,
}
