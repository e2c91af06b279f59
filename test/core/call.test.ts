import { describe, expect, test } from 'vitest'
import { act, after, decide, outcome, read } from './plans.ts'
import { block, call, callee, calling, each, undo } from './nested.ts'
import { carry, denial, denied, done, effectUnknown, failed, known, owner, results, whole } from './recorded.ts'

const facts = { owner: [owner(7)], health: [known({ ok: true })], edges: [whole(1, 2)] }
const outputs = { epoch: { type: { kind: 'epoch' }, from: { path: ['cordon', 'epoch'] } } } as const
const drain = callee(
  'drain',
  [read('look', ['health']), decide('judge', { fine: 'health.ok' }, { otherwise: 'sick' }), act('cordon')],
  { outputs, outcomes: [outcome('drained', 'succeeded', { tell: ['capacity'] })] },
)

describe('a called runbook', () => {
  test('is carried out in its own name; its outcome is the result, and its outputs can be used', async () => {
    const later = act('later', { when: after('empty', 'drained'), with: { epoch: { path: ['empty', 'epoch'] } } })
    const run = await carry(calling([call('empty', drain), later], [drain]), {
      facts,
      effects: { 'empty.cordon': [done({ epoch: 12 })] },
    })
    expect(results(run)).toEqual([
      'empty.look done',
      'empty.judge fine',
      'empty.cordon done',
      'empty drained',
      'later done',
    ])
    expect(run.performed[1]?.input).toEqual({ epoch: 12 })
    expect(run.claimed.map((claim) => claim.outcome)).toEqual(['empty.drained', 'fixed'])
    expect(run.outcome).toMatchObject({ as: 'succeeded', tell: ['capacity'] })
  })

  test('sees nothing of its caller but its inputs', async () => {
    const blind = callee('blind', [
      act('cordon', { with: { app: { path: ['inputs', 'app'] }, epoch: { path: ['owner', 'epoch'] } } }),
    ])
    const plan = calling([read('look', ['owner']), call('empty', blind)], [blind])
    const run = await carry(plan, { facts })
    expect(results(run)).toEqual(['look done', 'empty.cordon denied', 'empty denied'])
    const open = callee('open', [act('cordon', { with: { app: { path: ['inputs', 'app'] } } })])
    expect((await carry(calling([call('empty', open)], [open]), { facts })).performed[0]?.input).toEqual({
      app: 'checkout',
    })
  })

  test('takes defaults for the inputs that its caller does not fill', async () => {
    const inputs = { app: { type: { kind: 'id', of: 'app' } as const, default: 'spare' } }
    const open = callee('open', [act('cordon', { with: { app: { path: ['inputs', 'app'] } } })], { inputs })
    const run = await carry(calling([call('empty', open, { with: {} })], [open]), { facts })
    expect(run.performed[0]?.input).toEqual({ app: 'spare' })
  })

  test('that is denied or fails says so, and its caller may go on', async () => {
    const blocked = await carry(calling([call('empty', drain), act('last')], [drain]), {
      facts,
      effects: { 'empty.cordon': [denied('quorum')] },
    })
    expect(results(blocked).at(-1)).toBe('empty denied')
    expect(blocked.outcome).toMatchObject({ as: 'blocked', denial: { rule: 'quorum' } })
    const goingOn = call('empty', drain, { continueOn: ['drained', 'failed'] })
    const going = await carry(calling([goingOn, act('last')], [drain]), {
      facts,
      effects: { 'empty.cordon': [failed] },
    })
    expect(results(going).slice(-2)).toEqual(['empty failed', 'last done'])
  })

  test('G1: whose effect nobody can determine leaves its caller no better word', async () => {
    const goingOn = call('empty', drain, { continueOn: ['drained', 'failed', 'denied'] })
    const run = await carry(calling([goingOn, act('last')], [drain]), {
      facts,
      effects: { 'empty.cordon': [effectUnknown] },
    })
    expect(run.outcome.as).toBe('failed-unsafe')
    expect(results(run).at(-1)).toBe('empty effect-unknown')
  })

  test('G24: that stops takes back its own steps first, and its caller’s only if it stops as well', async () => {
    const stopping = callee('stopping', [act('cordon', { undo }), act('evict')])
    const going = call('empty', stopping, { continueOn: ['fixed', 'denied'] })
    const effects = { 'empty.evict': [denied('quorum')] }
    const run = await carry(calling([act('first', { undo }), going, act('last')], [stopping]), { effects })
    expect(run.performed.map(({ step }) => step)).toEqual([
      'first',
      'empty.cordon',
      'empty.evict',
      'empty.cordon-undo',
      'last',
    ])
    const stopped = await carry(calling([act('first', { undo }), call('empty', stopping), act('last')], [stopping]), {
      effects,
    })
    expect(stopped.performed.map(({ step }) => step)).toEqual([
      'first',
      'empty.cordon',
      'empty.evict',
      'empty.cordon-undo',
      'first-undo',
    ])
  })

  test('G24: that has ended well is taken back where its caller stops later', async () => {
    const well = callee('well', [act('cordon', { undo })])
    const run = await carry(calling([call('empty', well), act('last')], [well]), { effects: { last: [failed] } })
    expect(run.performed.map(({ step }) => step)).toEqual(['empty.cordon', 'last', 'empty.cordon-undo'])
  })

  test('ends otherwise where the claim of its outcome is denied', async () => {
    const run = await carry(calling([call('empty', drain), act('last')], [drain]), {
      facts,
      claims: { 'empty.drained': denial('say-what-is-true') },
    })
    expect(results(run).at(-1)).toBe('empty failed')
    expect(run.outcome).toMatchObject({ denial: { rule: 'say-what-is-true' } })
  })

  test('can be called for each item; any outcome of its own is good', async () => {
    const two = callee('two', [act('cordon')], { outcomes: [outcome('drained', 'succeeded')] })
    const perEdge = call('empty', two, each())
    const run = await carry(calling([read('look', ['edges']), { ...perEdge, continueOn: ['done'] }], [two]), { facts })
    expect(results(run)).toEqual([
      'look done',
      'empty.0.cordon done',
      'empty.0 drained',
      'empty.1.cordon done',
      'empty.1 drained',
      'empty done',
    ])
  })

  test('G25: each item of a looped call rests on its own, and says its own claim', async () => {
    const two = callee('two', [read('state', ['health']), act('cordon')], {
      outcomes: [outcome('later', 'deferred', { when: after('state', 'timed-out') }), outcome('drained', 'succeeded')],
    })
    const perEdge = call('empty', two, { ...each(), with: { app: { path: ['edge', 'epoch'] } } })
    const plan = calling([read('look', ['edges']), { ...perEdge, continueOn: ['done'] }, act('last')], [two])
    const three = { ...facts, edges: [whole(1, 2, 3)] }
    const run = await carry(plan, { facts: three })
    expect(run.performed.map(({ step }) => step)).toEqual([0, 1, 2].map((at) => `empty.${at}.cordon`).concat('last'))
    expect(run.performed.map(({ grounds }) => Object.keys(grounds.lists ?? {}))).toEqual([
      ['empty', 'empty.0'],
      ['empty', 'empty.1'],
      ['empty', 'empty.2'],
      ['empty'],
    ])
    expect(run.claimed.map(({ outcome: name }) => name)).toEqual([
      ...['empty.0.drained', 'empty.1.drained', 'empty.2.drained'],
      'fixed',
    ])
  })

  test('each item of a looped call is done, though the first ended in its own way; none after one that was denied', async () => {
    const two = callee('two', [act('cordon', { continueOn: ['done', 'failed'] })], {
      outcomes: [outcome('later', 'deferred', { when: after('cordon', 'failed') }), outcome('drained', 'succeeded')],
    })
    const plan = calling([read('look', ['edges']), { ...call('empty', two, each()), continueOn: ['done'] }], [two])
    const run = await carry(plan, { facts, effects: { 'empty.0.cordon': [failed] } })
    expect(results(run).filter((line) => /^empty\.\d /.test(line))).toEqual(['empty.0 later', 'empty.1 drained'])
    const stopped = await carry(plan, { facts, effects: { 'empty.0.cordon': [denied('quorum')] } })
    expect(results(stopped).filter((line) => /^empty\.\d /.test(line))).toEqual(['empty.0 denied'])
  })

  test.each([
    ['is done where the fact of the callee says that empty is a value', ['agents', 'items'], 'roll done'],
    ['is not, where it is of a fact that does not', ['edges', 'items'], 'roll failed'],
    ['is not, where nobody knows of what fact it is', ['gather', 'epochs'], 'roll failed'],
  ])('G12: a loop over an empty list that was called for %s', async (_how, from, ended) => {
    const gather = act('gather')
    const listing = callee('listing', [read('state', ['agents', 'edges']), gather], {
      outputs: { all: { type: { kind: 'list', item: { kind: 'text' } }, from: { path: from } } },
    })
    const roll = { ...act('roll'), ...each(['list', 'all']) }
    const run = await carry(calling([call('list', listing), roll], [listing]), {
      facts: { agents: [whole()], edges: [whole()] },
      effects: { 'list.gather': [done({ epochs: [] })] },
    })
    expect(results(run).at(-1)).toBe(ended)
  })

  test('G25: is followed by the door: decisions of both, and the readings on which inputs and outputs rest', async () => {
    const inputs = { app: { path: ['inputs', 'app'] }, epoch: { path: ['owner', 'epoch'] } }
    const inside = block('inside', [call('empty', drain, { with: inputs }), act('later')])
    const run = await carry(calling([read('look', ['owner']), inside], [drain]), { facts })
    const [first, second] = run.performed.map(({ grounds }) => grounds)
    expect(Object.keys(first?.decisions ?? {})).toEqual(['empty.judge'])
    expect(Object.keys(second?.decisions ?? {})).toEqual(['empty.judge'])
    expect(first?.lists).toMatchObject({ empty: { owner: { activity: 'look.owner' } } })
    expect(Object.keys(second?.lists ?? {})).toEqual(['empty', 'empty-outputs'])
  })

  test('G24: is taken back whole, and once, where several stop side by side after the run has moved', async () => {
    const stopping = callee('stopping', [act('cordon', { undo }), act('mark', { undo }), act('evict')])
    const calls = block('perEdge', [call('empty', stopping)], { ...each(undefined, 2), continueOn: ['done', 'failed'] })
    const script = { facts, effects: { 'empty.evict': [denied('quorum')] } }
    const plan = calling([read('look', ['edges']), calls], [stopping])
    for (const stepsEach of [1, 2, 3, 4]) {
      const run = await carry(plan, { ...script, stepsEach })
      const undone = run.performed.filter((one) => one.undo === true).map(({ step }) => step)
      expect(undone.sort()).toEqual([0, 1].flatMap((i) => [`empty.${i}.cordon-undo`, `empty.${i}.mark-undo`]))
      expect(run.moves).toBeGreaterThan(0)
    }
  })
})
