import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { covers, StopSwitch } from '../../engine/host/stops.ts'
import type { Stop } from '../../engine/host/stops.ts'
import { Practice } from './practice.ts'

let folder: string
let stops: StopSwitch

beforeEach(async () => {
  folder = join(await mkdtemp(join(tmpdir(), 'runproof-stops-')), 'stops')
  stops = new StopSwitch(folder)
})
afterEach(async () => rm(join(folder, '..'), { recursive: true, force: true }))

const by = { reason: 'the wrong one', by: 'ada@test' }

describe('an emergency stop', () => {
  test('is in force from the moment it is set until it is released, and the release stays on record', async () => {
    const stop = await stops.stop({ scope: { environment: 'production' }, ...by })
    expect(await stops.inForce()).toEqual([stop])
    expect(await new StopSwitch(folder).inForce()).toEqual([stop])
    expect(await stops.release(stop.id, { reason: 'over', by: 'ben@test' })).toBe(true)
    expect(await stops.inForce()).toEqual([])
    expect((await readdir(folder)).sort()).toEqual([`${stop.id}.json`, `${stop.id}.released.json`])
    expect(await stops.release(stop.id, { reason: 'again', by: 'ben@test' })).toBe(false)
  })

  test('stays in force beside another one that is released', async () => {
    const [first, second] = [await stops.stop({ scope: {}, ...by }), await stops.stop({ scope: {}, ...by })]
    await stops.release(first.id, { reason: 'over', by: 'ben@test' })
    expect(await stops.inForce()).toEqual([second])
  })

  test.each(['../stop-1', 'stop-1/../../x', '', 'stop-00000000', '__proto__'])(
    '%j is none that could be released',
    async (id) => {
      await stops.stop({ scope: {}, ...by })
      expect(await stops.release(id, { reason: 'over', by: 'ben@test' })).toBe(false)
    },
  )

  test.each([
    ['a file that is cut off', '{"id":"stop-1","sco'],
    ['a scope that nobody knows', '{"id":"stop-1","scope":{"hosts":"all"},"reason":"","by":"","at":""}'],
    ['an empty file', ''],
  ])('that cannot be read (%s) is not taken for none', async (_what, text) => {
    await writeFile(join(folder, 'stop-1.json'), text)
    await expect(stops.inForce()).rejects.toThrow()
  })

  test('whose folder is gone is not taken for none', async () => {
    await stops.stop({ scope: {}, ...by })
    await rm(folder, { recursive: true })
    await expect(stops.inForce()).rejects.toThrow()
  })
})

describe('what a stop covers', () => {
  const stop = (scope: Stop['scope']): Stop => ({ id: 'stop-1', scope, at: '', ...by })
  const effect = { run: 'run-1', environments: ['production'], lineage: ['route.switch', 'route.own'] }

  test.each<[Stop['scope'], boolean]>([
    [{}, true],
    [{ run: 'run-1' }, true],
    [{ run: 'run-2' }, false],
    [{ environment: 'production' }, true],
    [{ environment: 'staging' }, false],
    [{ effect: 'route.switch' }, true],
    [{ effect: 'route.own' }, true],
    [{ effect: 'route' }, false],
    [{ run: 'run-1', environment: 'production', effect: 'route.own' }, true],
    [{ run: 'run-1', environment: 'staging', effect: 'route.own' }, false],
  ])('%j: %j', (scope, covered) => {
    expect(covers(stop(scope), effect)).toBe(covered)
  })

  test('an effect that names no environment may be in any of them', () => {
    expect(covers(stop({ environment: 'production' }), { ...effect, environments: [] })).toBe(true)
  })

  test('everything, where the scope is empty', () => {
    const some = fc.record({ run: fc.string(), environments: fc.array(fc.string()), lineage: fc.array(fc.string()) })
    fc.assert(fc.property(some, (any) => covers(stop({}), any)))
  })
})

describe('at the door, a stop', () => {
  let practice: Practice
  beforeEach(async () => {
    practice = await Practice.open()
  })
  afterEach(async () => practice.close())

  test.each([{}, { environment: 'production' }, { effect: 'route.own' }])(
    'of %j denies the effect, and not for ever',
    async (scope) => {
      const request = await practice.request()
      const stop = await practice.host.stops.stop({ scope, ...by })
      const result = await practice.pass(request)
      expect(result).toMatchObject({ status: 'denied', denial: { by: 'stop-switch', unknown: false } })
      expect(JSON.stringify(result)).toContain(`runproof release ${stop.id}`)
      await practice.host.stops.release(stop.id, { reason: 'over', by: 'ben@test' })
      expect(await practice.pass(request, { attempt: 2 })).toMatchObject({ status: 'done' })
    },
  )

  test('of another run, environment or effect does not', async () => {
    const request = await practice.request()
    for (const scope of [{ run: 'run-9' }, { environment: 'staging' }, { effect: 'note.write' }])
      await practice.host.stops.stop({ scope, ...by })
    expect(await practice.pass(request)).toMatchObject({ status: 'done' })
  })

  test('that cannot be read denies as unknown', async () => {
    const request = await practice.request()
    await writeFile(join(practice.folder, '.runproof', 'stops', 'stop-1.json'), '{')
    expect(await practice.pass(request)).toMatchObject({
      status: 'denied',
      denial: { by: 'stop-switch', unknown: true },
    })
    expect(practice.world.did('switch')).toBe(0)
  })
})
