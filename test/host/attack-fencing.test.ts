import { afterEach, describe, expect, test } from 'vitest'
import { openLeases } from '../../engine/host/leases/open.ts'
import { StateFolder } from '../../engine/host/state-folder.ts'
import type { Host } from '../../engine/host/host.ts'
import type { EffectRequest, EffectResult } from '../../schemas/run.ts'
import { practiceFile } from './practice-catalogue.ts'
import { runbookOf } from './practice-runbooks.ts'
import { Practice } from './practice.ts'

let practice: Practice
afterEach(async () => practice.close())

const POLICY = practiceFile('policy.yaml').replace(
  '  mostShare:',
  '  leasePatience: { is: 1s, source: test }\n  mostShare:',
)
const RULES = `${practiceFile('rules/practice.yaml')}
  - id: alone
    text: Do not write beside another run.
    source: test
    facts: { group: { read: practice.members, with: { app: shop } } }
    checks: [{ guards: [note.write], hold: [target.environment], require: ["group.items.exists(m, m.ready)"] }]
    overridable: never
    next: wait
`
const TAKE = '  - { id: take, do: practice.writeNote, with: { text: away }, leaves: the member is away }\n'

const pass = async (asked: EffectRequest, host: Host, attempt = 1): Promise<EffectResult> =>
  practice.pass(asked, { action: 'practice.writeNote', activity: asked.step, host, attempt })
const request = async (app: string) =>
  practice.request('take', { runbook: 'take', inputs: { environment: 'production', app } })

describe('a worker that stands still between its last look and the effect', () => {
  test('G3: whose lease has gone to another run meanwhile, is refused by the platform, and goes back to its leases', async () => {
    const files = { 'policy.yaml': POLICY, 'rules/practice.yaml': RULES, ...runbookOf('take', TAKE) }
    practice = await Practice.open({ files })
    expect(practice.host.catalogue.diagnostics).toEqual([])
    const [slow, quick] = [await request('shop'), await request('desk')]
    const elsewhere = { ...practice.host, leases: openLeases(practice.host.config, new StateFolder(practice.folder)) }
    let first: EffectResult | undefined
    practice.world.before.set('/change', async ({ nth }) => {
      if (nth > 1) return
      // Its leases end as they would where nobody renews them, and another worker takes them.
      await elsewhere.leases.release(slow.admission.admission.runId)
      await elsewhere.leases.releaseAlone(slow.admission.admission.runId, 'take@1')
      first = await pass(quick, elsewhere)
    })
    await expect(pass(slow, practice.host)).rejects.toThrow('a newer holder of a lease was here')
    expect(first).toMatchObject({ status: 'done' })
    expect(practice.world.fenced).toBe(1)
    expect(practice.world.changes.map(({ key }) => key)).toEqual([
      expect.stringContaining(quick.admission.admission.runId),
    ])
    // Its next attempt finds that another run has what it held.
    expect(await pass(slow, practice.host, 2)).toMatchObject({ status: 'denied', denial: { by: 'lease' } })
    await elsewhere.leases.release(quick.admission.admission.runId)
    await elsewhere.leases.close()
    expect(practice.world.did('note')).toBe(1)
  })

  test('G6: while it opens the connection, looks again whether it still has its lease', async () => {
    const files = { 'policy.yaml': POLICY, 'rules/practice.yaml': RULES, ...runbookOf('take', TAKE) }
    practice = await Practice.open({ files })
    const asked = await request('shop')
    const { connections, leases } = practice.host
    const slow = {
      context: async (call: Parameters<typeof connections.context>[0]) => {
        if (call.idempotencyKey !== '') await leases.release(asked.admission.admission.runId)
        return connections.context(call)
      },
    }
    const host = { ...practice.host, connections: slow as typeof connections }
    await expect(pass(asked, host)).rejects.toThrow('a lease was lost')
    expect(practice.world.did('note')).toBe(0)
  })
})
