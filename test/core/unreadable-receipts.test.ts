import { expect, test } from 'vitest'
import type { CheckPlan } from '../../schemas/plan.ts'
import { judged, predicate, receipt, said } from './rules-practice.ts'
import type { Situation } from './rules-practice.ts'

const claim = { effect: 'claim.host-drained', target: { host: 'h1' } }
const reboot = receipt('host.reboot', { host: 'h1' })

async function verdictsOn(check: CheckPlan, receipts: NonNullable<Situation['receipts']>) {
  return said(await judged([check], claim, { receipts, reachable: [] }))
}

test('G15: a predicate on what the run has done is unknown where its receipts cannot be read', async () => {
  const none = predicate("run.effects.of('host.reboot').size() == 0", 'claim')
  const check: CheckPlan = { form: 'require', guards: ['claim'], require: [none] }
  expect(await verdictsOn(check, [])).toEqual(['true'])
  expect(await verdictsOn(check, [reboot])).toEqual(['false'])
  expect(await verdictsOn(check, 'unreadable')).toEqual(['unknown'])
})

test('G15: what is forbidden beside another effect is unknown where the receipts cannot be read', async () => {
  const check: CheckPlan = { form: 'forbid', forbid: ['host.reboot'], inRunsWith: ['claim.host-drained'] }
  expect(await verdictsOn(check, [])).toEqual([])
  expect(await verdictsOn(check, [reboot])).toEqual(['false'])
  expect(await verdictsOn(check, 'unreadable')).toEqual(['unknown'])
})
