import { afterEach, describe, expect, test } from 'vitest'
import type { EffectResult } from '../../schemas/run.ts'
import { openQuorum, QUORUM_RULES } from './practice-quorum.ts'
import { runbookOf } from './practice-runbooks.ts'
import type { Practice } from './practice.ts'

let practice: Practice
afterEach(async () => practice.close())

const TAKE = `  - { id: look, read: [members] }
  - id: take
    do: practice.writeNote
    with: { text: takes a member away }
    leaves: the member is away
`

async function open(files: Readonly<Record<string, string>> = {}): Promise<void> {
  practice = await openQuorum({ ...runbookOf('take', TAKE), ...files })
  expect(practice.host.catalogue.diagnostics).toEqual([])
}

const runOn = async (app: string) =>
  practice.request('take', { runbook: 'take', inputs: { environment: 'production', app } })
const results = (all: readonly EffectResult[]) => all.map(({ status }) => status).sort()

describe('two runs on different keys that would together break a rule', () => {
  test('G3: exclude each other: the second is denied by the facts that the first has made', async () => {
    await open()
    const [shop, desk] = [await runOn('shop'), await runOn('desk')]
    const both = [
      practice.pass(shop),
      (async () => {
        const first = await practice.pass(desk)
        return first
      })(),
    ]
    expect(results(await Promise.all(both))).toEqual(['denied', 'done'])
    expect(practice.world.did('note')).toBe(1)
  })

  test('G3: without the leases both would do it, since each sees three members that are ready', async () => {
    await open({ 'rules/practice.yaml': QUORUM_RULES.replace('        hold: [target.environment]\n', '') })
    const [shop, desk] = [await runOn('shop'), await runOn('desk')]
    let waiting = 0
    const { promise: both, resolve } = Promise.withResolvers<undefined>()
    practice.world.commits.set('/change', async () => {
      waiting += 1
      if (waiting === 2) resolve(undefined)
      return both
    })
    expect(results(await Promise.all([practice.pass(shop), practice.pass(desk)]))).toEqual(['done', 'done'])
  })

  test('G3: the second waits for the first no longer than the policy says, and names it', async () => {
    await open()
    const [shop, desk] = [await runOn('shop'), await runOn('desk')]
    expect(await practice.pass(shop)).toMatchObject({ status: 'done' })
    const { runId } = shop.admission.admission
    expect(await practice.pass(desk)).toMatchObject({
      status: 'denied',
      denial: { by: 'lease', message: expect.stringContaining(runId) as unknown },
    })
    expect(await practice.records(desk)).toEqual(['take@1.denial.json'])
    await practice.host.leases.release(runId)
    expect(await practice.pass(desk, { attempt: 2 })).toMatchObject({
      status: 'denied',
      denial: { rule: 'keep-quorum' },
    })
  })

  test('G3: a lease that is lost before the effect begins lets nothing through', async () => {
    await open()
    const shop = await runOn('shop')
    const { runId } = shop.admission.admission
    const lose = async (): Promise<undefined> => {
      // Somebody else has it by the time that the facts are read.
      await practice.host.leases.release(runId)
      return undefined
    }
    practice.world.before.set('/members', lose)
    const result = await practice.pass(shop).catch((error: unknown) => error)
    expect(result).toMatchObject({ name: 'PassAgain', message: expect.stringContaining('lease was lost') as unknown })
    expect(practice.world.did('note')).toBe(0)
    practice.world.before.delete('/members')
    expect(await practice.passes(shop, { attempt: 2 })).toMatchObject({ status: 'done' })
  })

  test('G3: the token of each lease travels with the effect', async () => {
    await open()
    const shop = await runOn('shop')
    const seen: unknown[] = []
    const definition = practice.host.definitions.get('practice.writeNote')
    if (definition?.kind !== 'action') throw new Error('no action')
    const watched = {
      ...definition,
      perform: async (input: never, context: Parameters<typeof definition.perform>[1]) => {
        seen.push(context.fencing)
        return definition.perform(input, context)
      },
    }
    const definitions = new Map([...practice.host.definitions, [watched.name, watched]])
    await practice.pass(shop, { host: { ...practice.host, definitions } })
    expect(seen).toEqual([{ 'environment/production': 1 }])
  })
})
