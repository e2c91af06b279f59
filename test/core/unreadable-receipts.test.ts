import { expect, test } from 'vitest'
import { judgeRule } from '../../engine/core/rules.ts'
import { policyType, RUN_TYPE } from '../../engine/core/variables.ts'
import type { CheckPlan, EffectPlan } from '../../schemas/plan.ts'
import { planOf, says } from './plans.ts'

const claim: EffectPlan = { target: {}, protective: true }
const EFFECTS = {
  claim,
  'claim.rolled-back': { ...claim, under: 'claim' },
  'artifact.build': { target: {}, protective: false },
}
const TYPES = { run: RUN_TYPE, policy: policyType(planOf([])) } as const

function verdictOn(check: CheckPlan, effects?: readonly string[]) {
  const rule = { id: 'r', text: '', source: '', facts: {}, checks: [check], overridable: 'never' as const, next: '' }
  const run = { id: 'run-1', reachable: [], ...(effects === undefined ? {} : { effects }) }
  const seen = { records: {}, run, effects: EFFECTS, doubt: () => undefined }
  const bound = { rule, policy: planOf([]).policy }
  return judgeRule(bound, { effect: 'claim.rolled-back', target: {} }, seen).map(({ says: said }) => said)
}

test('G15: a predicate on what the run has done is unknown where its receipts cannot be read', () => {
  const check: CheckPlan = {
    form: 'require',
    guards: ['claim'],
    require: [says("run.effects.all(e, e != 'artifact.build')", TYPES)],
  }
  expect(verdictOn(check, [])).toEqual(['true'])
  expect(verdictOn(check, ['artifact.build'])).toEqual(['false'])
  expect(verdictOn(check)).toEqual(['unknown'])
})

test('G15: what is forbidden beside another effect is unknown where the receipts cannot be read', () => {
  const check: CheckPlan = { form: 'forbid', forbid: ['artifact.build'], inRunsWith: ['claim.rolled-back'] }
  expect(verdictOn(check, [])).toEqual([])
  expect(verdictOn(check, ['artifact.build'])).toEqual(['false'])
  expect(verdictOn(check)).toEqual(['unknown'])
})
