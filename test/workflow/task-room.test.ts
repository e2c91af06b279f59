import { beforeEach, describe, expect, test, vi } from 'vitest'

const timers: PromiseWithResolvers<undefined>[] = []
const marks = new Set<string>()

vi.mock('@temporalio/workflow', () => ({
  CancellationScope: { nonCancellable: async (work: () => Promise<void>) => work() },
  patched: (id: string) => marks.add(id),
  sleep: async () => {
    const timer = Promise.withResolvers<undefined>()
    timers.push(timer)
    return timer.promise
  },
}))

const { TaskRoom } = await import('../../engine/workflow/task-room.ts')

beforeEach(() => {
  timers.splice(0)
  marks.clear()
})

describe('the room of a workflow task', () => {
  test('is taken at once where there is enough, and leaves no mark in the history', () => {
    const room = new TaskRoom()
    expect([room.takes(1_000_000), room.takes(2_000_000)]).toEqual([true, true])
    expect([...marks]).toEqual([])
  })

  test('is enough for one that is alone, however big it is', () => {
    expect(new TaskRoom().takes(9_000_000)).toBe(true)
  })

  test('is made by one timer for all who wait, who go on as far as it reaches', async () => {
    const room = new TaskRoom()
    const begun: string[] = []
    const begin = async (name: string) => room.taken(1_500_000).then(() => begun.push(name))
    const all = Promise.all(['first', 'second', 'third', 'fourth', 'fifth'].map(begin))
    await vi.waitFor(() => expect(begun).toEqual(['first', 'second']))
    expect(timers).toHaveLength(1)
    timers[0]?.resolve(undefined)
    await vi.waitFor(() => expect(begun).toEqual(['first', 'second', 'third', 'fourth']))
    expect(timers).toHaveLength(2)
    timers[1]?.resolve(undefined)
    await all
    expect(begun).toEqual(['first', 'second', 'third', 'fourth', 'fifth'])
  })
})
