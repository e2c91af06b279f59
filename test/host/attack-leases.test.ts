import { afterEach, describe, expect, test } from 'vitest'
import { giveBackLeases } from '../../engine/host/leases/give-back.ts'
import type { EffectRequest, EffectResult } from '../../schemas/run.ts'
import { practiceSources } from './practice-catalogue.ts'
import { effectsOf, runbookOf, withLook } from './practice-runbooks.ts'
import { Practice } from './practice.ts'

let practice: Practice
afterEach(async () => practice.close())

const INPUTS = { environment: 'production', app: 'shop' }
const text = (name: string) => practiceSources().files.find(({ file }) => file === `practice/${name}`)?.text ?? ''

/** Two members must stay ready: one of three may be taken away, and only while nobody else does. */
const QUORUM = `${text('rules/practice.yaml')}
  - id: keep-quorum
    text: Do not take a member away below the quorum.
    source: test
    facts:
      group: { read: practice.members, with: { app: shop } }
    checks:
      - guards: [note.write]
        hold: [target.environment]
        require:
          - group.items.filter(m, m.ready).size() > policy.quorum
    overridable: never
    next: wait until the others are ready again
`
const POLICY = text('policy.yaml').replace(
  '  mostShare:',
  '  quorum: { is: 2, unit: count, source: test }\n  leasePatience: { is: 1s, source: test }\n  mostShare:',
)
const SIDE_BY_SIDE = withLook(`  - id: take
    forEach: { member: members.items }
    atOnce: 3
    do: practice.writeNote
    with: { text: "{{member.member}}" }
    leaves: the member is away
`)
const TAKE = withLook(`  - { id: take, do: practice.writeNote, with: { text: away }, leaves: the member is away }\n`)

async function open(): Promise<void> {
  practice = await Practice.open({
    files: {
      'rules/practice.yaml': QUORUM,
      'policy.yaml': POLICY,
      ...runbookOf('side-by-side', SIDE_BY_SIDE),
      ...runbookOf('take', TAKE),
    },
  })
  expect(practice.host.catalogue.diagnostics).toEqual([])
  const ready = ['m-1', 'm-2', 'm-3'].map((member) => ({ member, ready: true }))
  practice.world.members = { items: ready, complete: true }
  // Whoever takes a member away, takes one that was ready.
  practice.world.after.set('/change', () => {
    const { items } = practice.world.members as { items: typeof ready }
    const at = items.findIndex((item) => item.ready)
    const away = { member: items[at]?.member ?? '', ready: false }
    practice.world.members = { items: items.with(at, away), complete: true }
  })
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
