import { AsyncLocalStorage } from 'node:async_hooks'
import { beforeEach, expect, test, vi } from 'vitest'
import type { Grounds, SignedAdmission } from '../../schemas/run.ts'

/** The scope in which something is carried; without one, it is not cancelled. */
const scopes = vi.hoisted(() => ({
  storage: undefined as AsyncLocalStorage<{ consideredCancelled: boolean }> | undefined,
}))

/** Pieces that are being kept. */
const keeping: { readonly name: string; readonly end: PromiseWithResolvers<string> }[] = []

vi.mock('@temporalio/workflow', () => ({
  CancellationScope: { current: () => scopes.storage?.getStore() ?? { consideredCancelled: false } },
  isCancellation: (error: Error) => error.name === 'Cancelled',
  patched: () => true,
}))
vi.mock('../../engine/workflow/pieces.ts', () => ({
  keepPiece: async (_admission: unknown, name: string) => {
    const end = Promise.withResolvers<string>()
    keeping.push({ name, end })
    return end.promise
  },
}))
vi.mock('../../engine/workflow/task-room.ts', () => ({
  TaskRoom: class {
    takes = () => true
    taken = async () => Promise.resolve()
  },
}))

scopes.storage = new AsyncLocalStorage()
const { Carrier } = await import('../../engine/workflow/carrier.ts')

const admission = {} as SignedAdmission
const grounds = { facts: { all: 'x'.repeat(2_200_000) }, decisions: {}, votes: [] } as unknown as Grounds
const way = (activity: string) => ({ activity, send: async () => Promise.resolve('sent'), refused: () => 'refused' })

function nameOf({ name }: Error): string {
  return name
}

function cancelled(): Error {
  return Object.assign(new Error('the step was cancelled'), { name: 'Cancelled' })
}

async function untilKept(count: number): Promise<void> {
  await vi.waitFor(() => expect(keeping).toHaveLength(count))
}

/** Ends whatever is being kept as the digest of a piece, until nothing more is asked for. */
async function keepAll(from: number, result: Promise<string>): Promise<string> {
  let next = from
  const all = setInterval(() => {
    for (; next < keeping.length; next += 1) keeping[next]?.end.resolve(`sha256:${next}`)
  })
  return result.finally(() => clearInterval(all))
}

beforeEach(() => void keeping.splice(0))

test('a claim keeps for itself what a cancelled step was keeping for both', async () => {
  const carrier = new Carrier()
  const scope = { consideredCancelled: false }
  const step = scopes.storage?.run(scope, async () => carrier.carry({ admission, grounds }, way('step')).catch(nameOf))
  await untilKept(1)
  const claim = carrier.carry({ admission, grounds }, way('claim.1'))
  scope.consideredCancelled = true
  keeping[0]?.end.reject(cancelled())
  await untilKept(2)
  expect(keeping.map(({ name }) => name)).toEqual(['step.grounds.1', 'claim.1.grounds.1'])
  expect(await keepAll(1, claim)).toBe('sent')
  expect(await step).toBe('Cancelled')
})

test('what cannot be kept fails for all who share it', async () => {
  const carrier = new Carrier()
  const one = carrier.carry({ admission, grounds }, way('one')).catch((error: Error) => error.message)
  await untilKept(1)
  const other = carrier.carry({ admission, grounds }, way('other')).catch((error: Error) => error.message)
  keeping[0]?.end.reject(new Error('the store is gone'))
  expect(await Promise.all([one, other])).toEqual(['the store is gone', 'the store is gone'])
})

test('an admission that leaves no room for a piece is told as too much, and nothing is kept', async () => {
  const inputs = { text: 'x'.repeat(1_950_000) }
  const large = { admission: { inputs } } as unknown as SignedAdmission
  expect(await new Carrier().carry({ admission: large, grounds }, way('step'))).toBe('refused')
  expect(keeping).toEqual([])
})
