import type { OutcomeKind, Plan } from '../../schemas/plan.ts'
import { act, after, approve, decide, expecting, planOf, read } from '../core/plans.ts'
import { conflict, denial, denied, done, known, owner, whole } from '../core/recorded.ts'
import type { Script } from '../core/recorded.ts'

/** One construct of the language, in a run of its own: a history of it is recorded, and replayed for ever. */
export interface Construct {
  readonly plan: Plan
  readonly script: Script
  /** The admission is denied. */
  readonly refused?: true
  /** What a person does while the run waits. */
  readonly person?: 'votes' | 'cancels'
  readonly ends: OutcomeKind
}

const roll = act('roll', { with: { expectedEpoch: { path: ['owner', 'epoch'] } } })
const premise = { input: 'expectedEpoch', fact: 'owner', field: 'epoch', backTo: 'look' }
const quick = { withinMs: 20_000, everyMs: 50 }
const facts = { health: [known({ ok: true })], owner: [owner(7), owner(8)], next: [known({ ok: true })] }

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
}
