import { afterEach, describe, expect, test } from 'vitest'
import { giveBackLeases } from '../../engine/host/leases/give-back.ts'
import type { EffectRequest, EffectResult } from '../../schemas/run.ts'
import { openQuorum } from './practice-quorum.ts'
import { effectsOf, runbookOf, withLook } from './practice-runbooks.ts'
import type { Practice } from './practice.ts'

let practice: Practice
afterEach(async () => practice.close())

const INPUTS = { environment: 'production', app: 'shop' }
const SIDE_BY_SIDE = withLook(`  - id: take
    forEach: { member: members.items }
    atOnce: 3
    do: practice.writeNote
    with: { text: "{{member.member}}" }
    leaves: the member is away
`)
const TAKE = withLook(`  - { id: take, do: practice.writeNote, with: { text: away }, leaves: the member is away }\n`)

async function open(): Promise<void> {
  practice = await openQuorum({ ...runbookOf('side-by-side', SIDE_BY_SIDE), ...runbookOf('take', TAKE) })
  expect(practice.host.catalogue.diagnostics).toEqual([])
}

const pass = async (asked: EffectRequest, more: object = {}) =>
  practice.pass(asked, { action: 'practice.writeNote', activity: asked.step, ...more })
const giveBack = async ({ admission }: EffectRequest) => {
  const by = { ...practice.execution, workflowId: admission.admission.workflowId }
  return giveBackLeases({ admission }, by, practice.host)
}

describe('items of one loop that go side by side', () => {
  const outcomes = async () => {
    const { state } = await practice.run('side-by-side', { inputs: INPUTS })
    return effectsOf(state)
      .map(([, status]) => status)
      .sort()
  }

  test('G3: are not alone over a resource because their run is', async () => {
    await open()
    expect(await outcomes()).toEqual(['denied', 'denied', 'done'])
    expect(practice.world.did('note')).toBe(1)
  })

  test('G3: wait for one another longer than for another run', async () => {
    await open()
    practice.world.commits.set('/change', async () => {
      await new Promise((resolve) => setTimeout(resolve, 1_500))
    })
    expect(await outcomes()).toEqual(['denied', 'denied', 'done'])
  })
})

describe('leases that are given back by hand', () => {
  test('G3: while an effect is under way, stay with its run', async () => {
    await open()
    const asked = async (app: string) =>
      practice.request('take', { runbook: 'take', inputs: { environment: 'production', app } })
    const [shop, desk] = [await asked('shop'), await asked('desk')]
    let other: EffectResult | undefined
    let refused = ''
    practice.world.commits.set('/change', async ({ nth }) => {
      if (nth > 1) return
      await giveBack(shop).catch((error: unknown) => (refused = String(error)))
      other = await pass(desk)
    })
    expect(await pass(shop)).toMatchObject({ status: 'done' })
    expect(other).toMatchObject({ status: 'denied', denial: { by: 'lease' } })
    expect(practice.world.did('note')).toBe(1)
    expect(refused).toContain('still under way')
    await giveBack(shop)
    expect(await practice.host.leases.holders()).toEqual([])
  })
})
