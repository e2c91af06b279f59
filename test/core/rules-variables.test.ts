import { expect, test } from 'vitest'
import { checkPredicate } from '../../engine/core/cel.ts'
import { runType, variablesOf } from '../../engine/core/variables.ts'
import type { StepPlan } from '../../schemas/plan.ts'
import { act, approve, decide, planOf, read } from './plans.ts'

const forEach = { item: 'edge', list: ['edges', 'items'], itemType: { kind: 'id', of: 'edge' }, atOnce: 1 } as const
const choices = [{ name: 'go', effects: [] }]
const steps: StepPlan[] = [
  { ...read('outer', []), kind: 'block', forEach, steps: [decide('pick', { a: 'health.ok' }), act('mend')] },
  { ...approve('agree', ['lead']), kind: 'ask', choices },
  { ...read('child', []), kind: 'call', runbook: 'other', with: {} },
]
const outputs = { epoch: { type: { kind: 'epoch' } as const, from: { path: ['owner', 'epoch'] } } }
const types = variablesOf(planOf(steps, { callees: { other: planOf([], { outputs }) } }))

test('expressions can name steps at any depth, options, outputs of callees and items of loops', () => {
  expect(types).toMatchObject({
    edge: { kind: 'id', of: 'edge' },
    pick: { kind: 'enum', words: ['a', 'mixed', 'unknown'] },
    mend: { kind: 'object', fields: { epoch: { kind: 'epoch' } } },
    agree: { kind: 'enum', words: ['go', 'timed-out'] },
    child: { kind: 'object', fields: { epoch: { kind: 'epoch' } } },
  })
  expect(types).not.toHaveProperty('outer')
})

test('G15: a receipt has these fields and no others, and its effect is a word where the effects are known', () => {
  const run = runType({ kind: 'enum', of: 'effect', words: ['host.drain'] })
  const problems = (cel: string) => {
    const checked = checkPredicate(cel, { run })
    return checked.ok ? [] : checked.problems.map(({ kind, misspelt }) => [kind, misspelt?.candidates])
  }
  expect(problems("run.effects.of('host.drain').all(e, e.approved && !e.undone && e.status == 'done')")).toEqual([])
  expect(problems("run.effects.all(e, e.step == 'drain')")).toEqual([])
  expect(problems("run.effects.of('host.drian').size() == 0")).toEqual([['word', ['host.drain']]])
  expect(problems("run.effects.all(e, e.status == 'failed')")).toEqual([['word', ['done', 'already-done']]])
  const fields = ['effect', 'step', 'status', 'approved', 'undone']
  expect(problems('run.effects.all(e, e.at == e.step)')).toEqual([['unknown-field', fields]])
})
