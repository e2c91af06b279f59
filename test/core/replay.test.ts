import { beforeAll, describe, expect, test } from 'vitest'
import { read } from './plans.ts'
import { CONSTRUCTS } from '../replay/constructs.ts'
import { recordedHistory, recordedNames, replay, withInput, withOtherActivity } from '../replay/histories.ts'
import { bundle, quietRuntime } from '../workflow/bundle.ts'

/** Of a run that moves, the first and the last execution. */
const names = Object.entries(CONSTRUCTS).flatMap(([name, { moves }]) =>
  moves === true ? [name, `${name}-last`] : [name],
)
let code: string

beforeAll(async () => {
  quietRuntime()
  code = (await bundle()).code
}, 60_000)

test('every construct has a history, and every history is of a construct', () => {
  expect(recordedNames()).toEqual([...names].sort())
})

describe('a run that was recorded with', () => {
  test.each(names)('%s is replayed by the interpreter of today', async (name) => {
    expect(await replay(code, await recordedHistory(name))).toBeUndefined()
  })
})

/** Runs that read nothing, whatever their Plan says: one was refused, one was cancelled before it could, one only takes back. */
const IDLE = ['refused', 'cancelled-while-moving-last', 'undo-while-moving-last']

describe('a replay fails', () => {
  test('where another activity was recorded than the interpreter schedules: refused', async () => {
    const error = await replay(code, withOtherActivity(await recordedHistory('refused')))
    expect(error?.name).toBe('DeterminismViolationError')
  })

  test.each(names.filter((name) => !IDLE.includes(name)))('where it follows another Plan: %s', async (name) => {
    const history = withInput(await recordedHistory(name), (input) => ({
      ...input,
      plan: { ...input.plan, steps: [read('before', ['health']), ...input.plan.steps] },
    }))
    const error = await replay(code, history)
    expect(error?.name).toBe('DeterminismViolationError')
  })

  test('where a step is left out', async () => {
    const history = withInput(await recordedHistory('done'), (input) => ({
      ...input,
      plan: { ...input.plan, steps: input.plan.steps.filter(({ id }) => id !== 'look') },
    }))
    expect(await replay(code, history)).toBeDefined()
  })

  test('where a result is judged differently: the run went on after a denial', async () => {
    const history = withInput(await recordedHistory('denied'), (input) => ({
      ...input,
      plan: { ...input.plan, steps: input.plan.steps.map((step) => ({ ...step, continueOn: ['done', 'denied'] })) },
    }))
    expect((await replay(code, history))?.name).toBe('DeterminismViolationError')
  })
})
