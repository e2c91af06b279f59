import { z } from 'zod'
import { afterEach, describe, expect, test } from 'vitest'
import { defineReading } from '../../actions/define.ts'
import { id } from '../../schemas/types.ts'
import type { EffectRequest, EffectResult } from '../../schemas/run.ts'
import { practiceDefinitions } from './practice-actions.ts'
import { practiceFile } from './practice-catalogue.ts'
import { runbookOf, withLook } from './practice-runbooks.ts'
import { Practice } from './practice.ts'

let practice: Practice
afterEach(async () => practice.close())

const INPUTS = { environment: 'production', app: 'shop' }
const POLICY = practiceFile('policy.yaml').replace(
  '  mostShare:',
  '  leasePatience: { is: 1s, source: test }\n  mostShare:',
)
const NOTE = (id: string, hold: string, more = '    leaves: the note stays\n') =>
  `  - id: ${id}\n    do: practice.writeNote\n    hold: [${hold}]\n    with: { text: ${id} }\n${more}`

/** Objects that are named by an id. */
const hosts = defineReading({
  name: 'practice.hosts',
  summary: 'The hosts',
  authority: 'authoritative',
  input: z.strictObject({ environment: id('environment') }),
  output: z.strictObject({ items: z.array(z.strictObject({ id: id('host') })) }),
  timeoutMs: 2_000,
  read: async () =>
    Promise.resolve({
      value: { items: [{ id: 'h-1' }, { id: 'h-2' }] },
      complete: true,
      roundTrip: true,
      source: 'test',
    }),
})

async function open(...runbooks: Record<string, string>[]): Promise<void> {
  const definitions = [...practiceDefinitions(), hosts]
  practice = await Practice.open({
    definitions,
    files: { 'policy.yaml': POLICY, ...(Object.assign({}, ...runbooks) as object) },
  })
  expect(practice.host.catalogue.diagnostics).toEqual([])
  const items = ['m-1', 'm-2'].map((member) => ({ member, ready: true }))
  practice.world.members = { items, complete: true }
}
const request = async (runbook: string, step: string, inputs = INPUTS) => practice.request(step, { runbook, inputs })
const pass = async (asked: EffectRequest, more: object = {}) =>
  practice.pass(asked, { action: 'practice.writeNote', activity: asked.step, ...more })

/** What another run came to while the first was carrying out its effect. */
async function beside(one: EffectRequest, other: EffectRequest): Promise<[EffectResult, EffectResult | undefined]> {
  let second: EffectResult | undefined
  practice.world.commits.set('/change', async ({ nth }) => {
    if (nth === 1) second = await pass(other)
  })
  return [await pass(one), second]
}

describe('the resources that a step itself holds', () => {
  test('G3: keep the step of another runbook out that holds the same', async () => {
    await open(runbookOf('drain', NOTE('empty', 'inputs.app')), runbookOf('mend', NOTE('repair', 'inputs.app')))
    const [first, second] = await beside(await request('drain', 'empty'), await request('mend', 'repair'))
    expect(first).toMatchObject({ status: 'done' })
    expect(second).toMatchObject({ status: 'denied', denial: { by: 'lease' } })
    expect(practice.world.did('note')).toBe(1)
    expect([...practice.world.fences]).toEqual([['app/shop', 1]])
  })

  test('G3: leave a step alone that holds something else', async () => {
    await open(runbookOf('drain', NOTE('empty', 'inputs.app')), runbookOf('mend', NOTE('repair', 'inputs.app')))
    const other = await request('mend', 'repair', { ...INPUTS, app: 'desk' })
    const [first, second] = await beside(await request('drain', 'empty'), other)
    expect([first.status, second?.status]).toEqual(['done', 'done'])
  })

  test('G3: are each item’s own in a loop', async () => {
    const each = withLook(`  - id: each
    forEach: { member: members.items }
    do: practice.writeNote
    hold: [member.member]
    with: { text: "{{member.member}}" }
    leaves: the note stays
`)
    await open(runbookOf('drain', each))
    const { requests } = await practice.run('drain', { inputs: INPUTS })
    expect(requests.map(({ step }) => step)).toEqual(['each.0', 'each.1'])
    expect([...practice.world.fences.keys()]).toEqual(['member/m-1', 'member/m-2'])
  })

  test('G3: deny where nobody can tell which they are', async () => {
    const steps = `  - { id: look, read: [hosts] }\n${NOTE('empty', 'hosts.items')}`
    const text = (runbookOf('drain', steps)['drain.yaml'] ?? '').replace(
      'facts: {}',
      'facts: { hosts: practice.hosts }',
    )
    await open({ 'drain.yaml': text })
    const asked = await request('drain', 'empty')
    const blind = { ...asked, grounds: { ...asked.grounds, facts: {} } }
    expect(await pass(blind)).toMatchObject({ status: 'denied', denial: { by: 'lease', unknown: true } })
    expect(await pass(asked, { attempt: 2 })).toMatchObject({ status: 'done' })
    expect([...practice.world.fences.keys()]).toEqual(['host/h-1', 'host/h-2'])
  })

  test('G24: are the undo’s too', async () => {
    const undo = '    undo: { do: practice.writeNote, with: { text: filled } }\n    leaves: it stays\n'
    const last = '  - { id: last, do: practice.writeNote, with: { text: last }, leaves: the note stays }\n'
    await open(
      runbookOf('drain', `${NOTE('empty', 'inputs.app', undo)}${last}`),
      runbookOf('mend', NOTE('repair', 'inputs.app')),
    )
    const asked = await request('drain', 'last')
    await practice.host.leases.release(asked.admission.admission.runId)
    expect(await pass(await request('mend', 'repair'))).toMatchObject({ status: 'done' })
    const back = { ...asked, step: 'empty-undo', input: { environment: 'production', text: 'filled' } }
    expect(await pass(back)).toMatchObject({ status: 'denied', denial: { by: 'lease' } })
  })
})
