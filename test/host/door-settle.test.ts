import { rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { defineAction } from '../../actions/define.ts'
import type { ActionDefinition, AnyDefinition } from '../../actions/define.ts'
import { effectFiles } from '../../evidence/effects.ts'
import type { EffectRequest } from '../../schemas/run.ts'
import { bool, text } from '../../schemas/types.ts'
import { practiceDefinitions } from './practice-actions.ts'
import { SWITCH } from './practice-catalogue.ts'
import { Practice } from './practice.ts'

let practice: Practice

beforeEach(async () => {
  practice = await Practice.open()
})
afterEach(async () => practice.close())

/** Does a change as an attempt would that dies before it can write the receipt. */
async function dieAfterEffect(request: EffectRequest): Promise<void> {
  const { store } = practice.host
  const broken = { ...practice.host, store: { ...store, putOnce: refuseReceipts(store) } }
  await expect(practice.pass(request, { host: broken })).rejects.toThrow('the worker died')
  expect(practice.world.did('switch')).toBe(1)
}

function refuseReceipts(store: Practice['host']['store']): Practice['host']['store']['putOnce'] {
  return async (runId, name, bytes) => {
    if (name.endsWith('.receipt.json')) throw new Error('the worker died')
    return store.putOnce(runId, name, bytes)
  }
}

/** The definitions of the small platform, with one action changed. */
function changed(name: string, change: Partial<ActionDefinition>): AnyDefinition[] {
  return practiceDefinitions().map((definition) =>
    definition.kind === 'action' && definition.name === name ? defineAction({ ...definition, ...change }) : definition,
  )
}

describe('an effect whose attempt died before the receipt', () => {
  test('G1: is settled with the authority, and found done, by the next attempt', async () => {
    const request = await practice.request()
    await dieAfterEffect(request)
    expect(await practice.pass(request, { attempt: 2 })).toMatchObject({ status: 'already-done', output: { epoch: 8 } })
    expect(practice.world.did('switch')).toBe(1)
  })

  test('G1: is settled, and found done, where the power failed before the receipt had its content', async () => {
    const request = await practice.request()
    await dieAfterEffect(request)
    const { runId } = request.admission.admission
    await writeFile(join(practice.host.store.dir, 'intake', runId, `${request.step}@1.receipt.json`), '')
    expect(await practice.pass(request, { attempt: 2 })).toMatchObject({ status: 'already-done', output: { epoch: 8 } })
    expect(practice.world.did('switch')).toBe(1)
  })

  test('G5: has not begun where the power failed before the intent had its content: the next attempt carries it out, once', async () => {
    const request = await practice.request()
    const { runId } = request.admission.admission
    await writeFile(join(practice.host.store.dir, 'intake', runId, `${request.step}@1.intent.json`), '')
    expect(await practice.pass(request, { attempt: 2 })).toMatchObject({ status: 'done' })
    expect(practice.world.did('switch')).toBe(1)
  })

  test('G1: is settled before the stop switch and the rules are asked, which would both deny it now', async () => {
    const request = await practice.request()
    await dieAfterEffect(request)
    await practice.host.stops.stop({ scope: {}, reason: 'all of it', by: 'ada' })
    expect(practice.world.health).toMatchObject({ state: 'well' })
    expect(await practice.pass(request, { attempt: 2 })).toMatchObject({ status: 'already-done' })
  })

  test('G1: is settled by a worker whose action has another contract by now', async () => {
    const request = await practice.request()
    await dieAfterEffect(request)
    const host = await practice.restarted({
      definitions: changed('practice.switchOwner', { summary: 'Give the route away' }),
    })
    expect(await practice.pass(request, { host, attempt: 2 })).toMatchObject({ status: 'already-done' })
  })

  test('G1: is settled though a vote that the way to it needed does not count any more', async () => {
    await practice.close()
    const asked = SWITCH.replace('steps:', 'steps:\n  - { id: agreed, approve: "Go on?", who: lead, within: 1m }')
    practice = await Practice.open({ files: { 'switch.yaml': asked } })
    const request = await practice.request('move', { votes: { agreed: [{ user: 'ben', role: 'lead' }] } })
    await dieAfterEffect(request)
    const host = { ...practice.host, config: { ...practice.host.config, roles: {} } }
    expect(await practice.pass(request, { host, attempt: 2 })).toMatchObject({ status: 'already-done' })
  })

  test('G1: ends effect-unknown where the worker has nothing to ask the authority with', async () => {
    const request = await practice.request()
    await dieAfterEffect(request)
    const definitions = new Map(practice.host.definitions)
    definitions.delete('practice.switchOwner')
    const result = await practice.pass(request, { host: { ...practice.host, definitions }, attempt: 2 })
    expect(result).toMatchObject({ status: 'effect-unknown' })
  })

  test.each(['silence', 'nonsense'] as const)(
    'G1: ends effect-unknown where the authority answers with %s, and is neither repeated nor denied',
    async (settles) => {
      const request = await practice.request()
      await dieAfterEffect(request)
      practice.world.settles = settles
      expect(await practice.pass(request, { attempt: 2 })).toMatchObject({ status: 'effect-unknown' })
      expect(practice.world.did('switch')).toBe(1)
      practice.world.settles = 'truth'
      expect(await practice.pass(request, { attempt: 3 })).toMatchObject({ status: 'already-done' })
    },
  )
})

describe('an effect that has its receipt', () => {
  test('G1: is the result of every further attempt, and is not done again', async () => {
    const request = await practice.request()
    expect(await practice.pass(request)).toMatchObject({ status: 'done' })
    expect(await practice.pass(request, { attempt: 2 })).toMatchObject({ status: 'already-done', output: { epoch: 8 } })
    expect(practice.world.did('switch')).toBe(1)
  })

  test('G1: is not done again under another activity and round that somebody asks for by hand', async () => {
    practice.world.cures = false
    const request = await practice.request()
    expect(await practice.pass(request)).toMatchObject({ status: 'done' })
    practice.world.owner = { ...practice.world.owner, epoch: 7 }
    const again = await practice.pass({ ...request, round: 9 }, { activity: 'move#9' })
    expect(again).toMatchObject({ status: 'already-done' })
    expect(practice.world.did('switch')).toBe(1)
  })

  test('G5: is one whose receipt could not be written at once; the next attempt writes it', async () => {
    const request = await practice.request()
    await dieAfterEffect(request)
    await practice.pass(request, { attempt: 2 })
    expect(await practice.records(request)).toEqual(['move@1.intent.json', 'move@2.receipt.json'])
  })
})

describe('a reply that is lost', () => {
  test('G9: is no failure where the authority says that the change was made', async () => {
    practice.world.after.set('/change', () => 'cut')
    const request = await practice.request()
    expect(await practice.pass(request)).toMatchObject({ status: 'done', output: { epoch: 8 } })
  })

  test('G9: and a reply that says otherwise than the authority is not believed', async () => {
    const definitions = changed('practice.switchOwner', { perform: async () => ({ epoch: 99 }) })
    const lying = await practice.restarted({ definitions })
    const request = await practice.request()
    await expect(practice.pass(request, { host: lying })).rejects.toThrow('knows nothing')
    expect(practice.world.did('switch')).toBe(0)
  })

  test('G1: before the change was made is tried again under a key of its own, since the first is burnt', async () => {
    practice.world.commits.set('/change', ({ nth }) => (nth === 1 ? 'cut' : undefined))
    const request = await practice.request()
    expect(await practice.passes(request)).toMatchObject({ status: 'done' })
    const { runId } = request.admission.admission
    expect([...practice.world.burnt]).toEqual([`${runId}/move/0`])
    expect(practice.world.changes.map(({ key }) => key)).toEqual([`${runId}/move/0/1`])
  })

  test('G1: time after time ends the step as failed, after three tries', async () => {
    practice.world.commits.set('/change', () => 'cut')
    const request = await practice.request()
    expect(await practice.passes(request)).toMatchObject({ status: 'failed' })
    expect(practice.world.asked.filter((path) => path === '/change')).toHaveLength(3)
  })
})

describe('what an action does wrong', () => {
  test('G1: an output that breaks its contract, after the change was made, ends effect-unknown and is not tried for ever', async () => {
    practice.world.output = { epoch: 'eight' }
    const request = await practice.request()
    expect(await practice.passes(request)).toMatchObject({ status: 'effect-unknown' })
    expect(practice.world.did('switch')).toBe(1)
  })

  test('G1: an output that no record can carry ends effect-unknown', async () => {
    await practice.close()
    const note = '  - { id: note, do: practice.writeNote, with: { text: why }, leaves: the note stays }\n'
    const settle = async () => ({ state: 'done' as const, output: { noted: true, by: '\ud800' } })
    const output = z.strictObject({ noted: bool(), by: text() })
    const definitions = changed('practice.writeNote', {
      settle,
      output,
      perform: async () => ({ noted: true, by: '' }),
    })
    practice = await Practice.open({
      definitions,
      files: { 'switch.yaml': SWITCH.replace('steps:\n', `steps:\n${note}`) },
    })
    expect(await practice.passes(await practice.request('note'))).toMatchObject({ status: 'effect-unknown' })
  })

  test('G1: a call, and a question to the authority, that never end and listen to no signal, end with their time', async () => {
    const never = () => new Promise<never>(() => undefined)
    const definitions = changed('practice.switchOwner', { perform: never, settle: never, timeoutMs: 100 })
    await practice.close()
    practice = await Practice.open({ definitions })
    expect(await practice.passes(await practice.request())).toMatchObject({ status: 'effect-unknown' })
  })

  test('G6: an effect whose time is over before it began does not begin: nothing is left to settle', async () => {
    await practice.close()
    practice = await Practice.open({ definitions: changed('practice.switchOwner', { timeoutMs: 100 }) })
    const { store } = practice.host
    let isLastLook = false
    const slow: typeof store = {
      ...store,
      putOnce: async (runId, name, bytes) => {
        isLastLook = name.endsWith('.intent.json')
        return store.putOnce(runId, name, bytes)
      },
      list: async (runId) => {
        if (isLastLook) await new Promise((resolve) => setTimeout(resolve, 200))
        isLastLook = false
        return store.list(runId)
      },
    }
    const result = await practice.passes(await practice.request(), { host: { ...practice.host, store: slow } })
    expect(result).toMatchObject({ status: 'denied', denial: { by: 'deadline' } })
    expect(practice.world.did('switch')).toBe(0)
  })

  describe('G9: a target that nobody can ask', () => {
    const unasked: Partial<ActionDefinition> = {
      readBack: 'none',
      settle: async () => ({ state: 'unknown', detail: 'nobody can be asked' }),
    }

    test('is done where its reply came, and the receipt says that nothing was read back', async () => {
      const host = await practice.restarted({ definitions: changed('practice.switchOwner', unasked) })
      const request = await practice.request()
      expect(await practice.passes(request, { host })).toMatchObject({ status: 'done' })
      const [pass] = await effectFiles(host.store, request.admission.admission.runId, 'move')
      expect(pass?.receipt?.value).toMatchObject({ status: 'done', readBack: null })
    })

    test('ends effect-unknown where its reply was lost, and is not asked twice', async () => {
      let calls = 0
      const perform = async () => {
        calls += 1
        throw new Error('the line was cut')
      }
      const host = await practice.restarted({ definitions: changed('practice.switchOwner', { ...unasked, perform }) })
      expect(await practice.passes(await practice.request(), { host })).toMatchObject({ status: 'effect-unknown' })
      expect(calls).toBe(1)
    })

    test('ends effect-unknown where its reply breaks its contract', async () => {
      const perform = async () => ({ epoch: 'seven' })
      const host = await practice.restarted({ definitions: changed('practice.switchOwner', { ...unasked, perform }) })
      expect(await practice.passes(await practice.request(), { host })).toMatchObject({ status: 'effect-unknown' })
    })
  })

  test('a lift that throws leaves the step done, without a line that lifts it', async () => {
    const lift = () => {
      throw new Error('no line')
    }
    const definitions = changed('practice.switchOwner', { lift })
    const host = await practice.restarted({ definitions })
    const request = await practice.request()
    const result = await practice.passes(request, { host })
    expect(result).toMatchObject({ status: 'done' })
    expect(result).not.toHaveProperty('lift')
  })

  test('G1: a settle that throws, or answers nothing, says nothing', async () => {
    const request = await practice.request()
    await dieAfterEffect(request)
    for (const settle of [() => Promise.reject(new Error('broken')), async () => undefined]) {
      const host = await practice.restarted({
        definitions: changed('practice.switchOwner', { settle: settle as never }),
      })
      expect(await practice.passes(request, { host, attempt: 2 }, 1)).toMatchObject({ status: 'effect-unknown' })
    }
  })

  test('what the platform says in broken text can still be recorded and sealed', async () => {
    const perform = () => Promise.reject(new Error(`broken \ud83d`))
    const host = await practice.restarted({ definitions: changed('practice.switchOwner', { perform }) })
    const request = await practice.request()
    const result = await practice.passes(request, { host })
    expect(result.status).toBe('failed')
    expect(JSON.stringify(result)).not.toContain('\\ud83d')
  })
})

describe('two attempts at once', () => {
  test('G1: change the world once, where the first is held up before its change', async () => {
    let go = () => {}
    const held = new Promise<void>((resolve) => (go = resolve))
    practice.world.before.set('/change', async ({ nth }) => {
      if (nth === 1) await held
      return undefined
    })
    const request = await practice.request()
    const first = practice.pass(request)
    await expect.poll(async () => practice.records(request)).toEqual(['move@1.intent.json'])
    const second = await practice.passes(request, { attempt: 2 })
    go()
    expect(second).toMatchObject({ status: 'done' })
    await first.catch(() => undefined)
    expect(practice.world.did('switch')).toBe(1)
  })

  test('G1: change the world once where the target knows no keys, when both have judged before either has begun', async () => {
    await practice.close()
    let performed = 0
    const perform = async () => {
      performed += 1
      return { epoch: 8 }
    }
    const settle = async () =>
      performed === 0 ? { state: 'not-done' as const } : { state: 'done' as const, output: { epoch: 8 } }
    practice = await Practice.open({ definitions: changed('practice.switchOwner', { perform, settle }) })
    const request = await practice.request()
    const meet = meetingOf(2, '.intent.json')
    const { store } = practice.host
    const host = { ...practice.host, store: { ...store, putOnce: meet(store) } }
    const both = await Promise.allSettled([1, 2].map(async (attempt) => practice.pass(request, { host, attempt })))
    expect(performed).toBeLessThanOrEqual(1)
    expect(both.filter(({ status }) => status === 'fulfilled').length).toBeLessThanOrEqual(1)
    expect(await practice.passes(request, { attempt: 3 })).toMatchObject({
      status: expect.stringMatching(/done$/) as string,
    })
    expect(performed).toBe(1)
  })
})

/** Lets nobody write such a record until so many want to. */
function meetingOf(number: number, ending: string) {
  let waiting = 0
  let open = () => {}
  const all = new Promise<void>((resolve) => (open = resolve))
  return (store: Practice['host']['store']): Practice['host']['store']['putOnce'] =>
    async (runId, name, bytes) => {
      if (name.endsWith(ending)) {
        waiting += 1
        if (waiting === number) open()
        await all
      }
      return store.putOnce(runId, name, bytes)
    }
}

describe('an evidence store that is away', () => {
  test('G5: no intent, no effect', async () => {
    const request = await practice.request()
    const host = { ...practice.host, store: { ...practice.host.store, putOnce: awayStore(practice) } }
    const result = await practice.pass(request, { host })
    expect(result).toMatchObject({ status: 'denied', denial: { by: 'evidence' } })
    expect(practice.world.did('switch')).toBe(0)
  })

  test('G5: between intent and receipt leaves the effect open, and it is settled when the store is back', async () => {
    const request = await practice.request()
    const { dir } = practice.host.store
    practice.world.commits.set('/change', async () => {
      await rename(join(dir, 'intake'), join(dir, 'intake-away'))
      await writeFile(join(dir, 'intake'), '')
      return undefined
    })
    await expect(practice.pass(request)).rejects.toThrow('cannot be used')
    practice.world.commits.clear()
    await expect(practice.pass(request, { attempt: 2 })).rejects.toThrow('cannot be used')
    await rm(join(dir, 'intake'))
    await rename(join(dir, 'intake-away'), join(dir, 'intake'))
    expect(await practice.pass(request, { attempt: 3 })).toMatchObject({ status: 'already-done' })
    const passes = await effectFiles(practice.host.store, request.admission.admission.runId, 'move')
    expect(
      passes.map(({ attempt, intent, receipt }) => [attempt, intent !== undefined, receipt !== undefined]),
    ).toEqual([
      [1, true, false],
      [3, false, true],
    ])
  })
})

function awayStore({ host }: Practice): Practice['host']['store']['putOnce'] {
  return async (runId, name, bytes) => {
    const path = join(host.store.dir, 'tmp')
    await rm(path, { recursive: true, force: true })
    await writeFile(path, '')
    return host.store.putOnce(runId, name, bytes)
  }
}

describe('what lies in the intake beside the records', () => {
  test.each([
    'move@1.receipt.json.bak',
    'move@01.receipt.json',
    'move@0.receipt.json',
    'move@1.receipt.txt',
    'moved@1.receipt.json',
  ])('G27: is no record of the step: %s', async (name) => {
    const request = await practice.request()
    await practice.host.store.putOnce(request.admission.admission.runId, name, Buffer.from('{'))
    expect(await practice.pass(request)).toMatchObject({ status: 'done' })
    expect(practice.world.did('switch')).toBe(1)
  })

  test('G1: a record that cannot be read is neither passed over nor taken for one: the step waits for whoever mends it', async () => {
    const request = await practice.request()
    await practice.host.store.putOnce(request.admission.admission.runId, 'move@1.intent.json', Buffer.from('{'))
    await expect(practice.pass(request, { attempt: 2 })).rejects.toThrow('cannot be read')
    expect(practice.world.did('switch')).toBe(0)
  })
})
