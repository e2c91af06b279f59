import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { contracts } from '../../actions/index.ts'
import { merged } from '../../engine/rehearsal/merge.ts'
import { VirtualClock } from '../../engine/rehearsal/virtual-clock.ts'
import { World } from '../../engine/rehearsal/world.ts'
import type { Json, JsonObject } from '../../schemas/json.ts'
import type { Recorded } from '../../schemas/scenario.ts'

const place = { file: 'runbooks/recorded/small.yaml', line: 1, col: 1 }
const recorded: Recorded = {
  id: 'small',
  readings: [
    { reading: 'platform.routeOwner', with: {}, change: { value: { epoch: 7 } } },
    { reading: 'platform.routeOwner', with: { app: 'blog' }, change: { value: { epoch: 3 } } },
  ],
  actions: [
    {
      action: 'platform.rollbackRouteOwner',
      change: {
        output: { operation: 'op-1', epoch: 8 },
        then: [
          {
            reading: 'platform.routeOwner',
            with: { app: '{{app}}' },
            change: { value: { digest: '{{to}}', epoch: 8 } },
          },
        ],
      },
    },
  ],
  place,
}

function worldNow(): World {
  const world = new World(new Map(contracts.map((contract) => [contract.name, contract])), [recorded])
  world.become({ recorded: 'small' })
  return world
}

function said(world: World, app: string): Json | undefined {
  return world.read({ fact: 'owner', action: 'platform.routeOwner', input: { app, environment: 'production' } }, 0)
    .value
}

describe('the recorded world', () => {
  test('says what is recorded for these inputs, and otherwise what is recorded for all', () => {
    expect(said(worldNow(), 'shop')).toEqual({ epoch: 7 })
    expect(said(worldNow(), 'blog')).toEqual({ epoch: 3 })
  })

  test('is changed by an action, with its own inputs, where the action was', () => {
    const world = worldNow()
    expect(world.act('platform.rollbackRouteOwner', { app: 'shop', to: 'sha256:a' })).toEqual({
      output: { operation: 'op-1', epoch: 8 },
    })
    expect(said(world, 'shop')).toEqual({ digest: 'sha256:a', epoch: 8 })
    expect(said(world, 'blog')).toEqual({ epoch: 3 })
    expect(said(world, 'docs')).toEqual({ epoch: 7 })
  })

  test('makes a reading unknown, and known again by a value', () => {
    const world = worldNow()
    world.become({ reading: 'platform.routeOwner', with: {}, change: { unknown: 'timeout' } })
    expect(said(world, 'shop')).toBeUndefined()
    world.become({ reading: 'platform.routeOwner', with: {}, change: { value: { epoch: 9 } } })
    expect(said(world, 'shop')).toEqual({ epoch: 9 })
  })

  test('notes what was needed and is not recorded', () => {
    const world = worldNow()
    world.read({ fact: 'x', action: 'platform.artifact', input: {} }, 0)
    expect(world.act('platform.buildArtifact', {})).toEqual({
      fails: 'nothing is recorded of `platform.buildArtifact`',
    })
    expect(world.missing()).toEqual(['the reading `platform.artifact` with {}', 'the action `platform.buildArtifact`'])
  })
})

describe('a merge patch', () => {
  const value = fc.jsonValue().map((json) => JSON.parse(JSON.stringify(json)) as Json)
  const object = fc.dictionary(fc.constantFrom('a', 'b', 'c'), value).map((json) => ({ ...json }))

  test('applied twice is applied once', () => {
    fc.assert(
      fc.property(object, object, (before, patch) => {
        const once = merged(before, patch)
        expect(merged(once, patch)).toEqual(once)
      }),
    )
  })

  test('leaves what it does not name, and takes away what it says is null', () => {
    fc.assert(
      fc.property(object, object, (before, patch) => {
        const after = merged(before, patch) as JsonObject
        for (const name of ['a', 'b', 'c']) {
          if (!Object.hasOwn(patch, name)) expect(after[name]).toEqual(before[name])
          else if (patch[name] === null) expect(Object.hasOwn(after, name)).toBe(false)
        }
      }),
    )
  })
})

describe('the virtual clock', () => {
  test('wakes sleepers in the order of their times, whoever fell asleep first', async () => {
    const clock = new VirtualClock()
    const began = clock.nowMs()
    const woken: string[] = []
    const sleeper = async (name: string, ms: number, again: number) => {
      await clock.sleep(ms)
      woken.push(`${name} ${clock.nowMs() - began}`)
      await clock.sleep(again)
      woken.push(`${name} ${clock.nowMs() - began}`)
    }
    await Promise.all([sleeper('long', 3_600_000, 1), sleeper('short', 1_000, 5_000)])
    expect(woken).toEqual(['short 1000', 'short 6000', 'long 3600000', 'long 3600001'])
  })
})
