import { describe, expect, test } from 'vitest'
import { act, after, approve, decide, expecting, planOf, read, unsafely } from './plans.ts'
import { carry, denied, done, effectUnknown, failed, known, owner, results, unknown } from './recorded.ts'

const healthy = { health: [known({ ok: true })], owner: [owner(7)] }

describe('the walk', () => {
  test('steps are carried out in the order of the file', async () => {
    const plan = planOf([
      read('look', ['health']),
      decide('judge', { fine: 'health.ok' }),
      act('mend'),
      read('again', ['owner']),
    ])
    const run = await carry(plan, { facts: healthy })
    expect(run.log).toEqual(['read look.health', 'do mend', 'read again.owner', 'claim fixed'])
    expect(results(run)).toEqual(['look done', 'judge fine', 'mend done', 'again done'])
    expect(run.outcome).toMatchObject({ name: 'fixed', as: 'succeeded', claims: ['claim.succeeded'] })
  })

  test('a step whose `when` does not hold is skipped, and the run goes on', async () => {
    const plan = planOf([
      read('look', ['health']),
      decide('judge', { fine: 'health.ok', broken: 'health.ok == false' }),
      act('mend', { when: after('judge', 'broken') }),
      read('again', ['owner']),
    ])
    const run = await carry(plan, { facts: healthy })
    expect(run.log).toEqual(['read look.health', 'read again.owner', 'claim fixed'])
    expect(results(run)).toEqual(['look done', 'judge fine', 'mend skipped', 'again done'])
    expect(run.state.steps.find(({ id }) => id === 'mend')).toMatchObject({ status: 'skipped', result: 'skipped' })
  })

  test('all conditions of a `when` must hold, and a step can wait for one that was skipped', async () => {
    const plan = planOf([
      read('look', ['health']),
      decide('judge', { fine: 'health.ok' }),
      act('first', { when: after('judge', 'broken') }),
      act('second', { when: [...after('judge', 'fine'), ...after('first', 'done')] }),
      act('third', { when: [...after('judge', 'fine'), ...after('first', 'skipped')] }),
    ])
    const run = await carry(plan, { facts: healthy })
    expect(results(run).slice(2)).toEqual(['first skipped', 'second skipped', 'third done'])
  })

  test('a fact whose inputs name another fact is read after it, with its value', async () => {
    const run = await carry(planOf([read('look', ['next', 'health', 'owner'])]), {
      facts: { ...healthy, next: [known({ ok: true })] },
    })
    expect(run.log.slice(0, 3)).toEqual(['read look.health', 'read look.owner', 'read look.next'])
    expect(run.state.facts['next']?.input).toEqual({ epoch: 7 })
  })

  test('activity ids are readable, and unique where a step reads again', async () => {
    const plan = planOf([read('look', ['health'], { expect: expecting(['health'], 'health.ok') })])
    const run = await carry(plan, {
      facts: { health: [known({ ok: false }), known({ ok: false }), known({ ok: true })] },
    })
    expect(run.log.filter((line) => line.startsWith('read'))).toEqual([
      'read look.health',
      'read look.health#2',
      'read look.health#3',
    ])
  })
})

test('G15: a decision sees the receipts of the run’s own effects, also by the name of what stands above them', async () => {
  for (const effect of ['route.rollback', 'route.change']) {
    const judge = decide('judge', { acted: `run.effects.of('${effect}').size() > 0` }, { otherwise: 'idle' })
    const run = await carry(planOf([{ ...judge, id: 'before' }, act('mend'), judge]))
    expect(results(run)).toEqual(['before idle', 'mend done', 'judge acted'])
  }
})

describe('how a run stops', () => {
  test('a denied step stops the run as blocked, with the denial in the outcome', async () => {
    const run = await carry(planOf([act('mend'), act('more')]), { effects: { mend: [denied('keep-quorum')] } })
    expect(run.log).toEqual(['do mend', 'claim blocked'])
    expect(run.outcome).toMatchObject({ name: 'blocked', as: 'blocked', denial: { rule: 'keep-quorum' } })
  })

  test('`continueOn` lets the run go on after a result that would stop it', async () => {
    const plan = planOf([
      act('mend', { continueOn: ['done', 'denied'] }),
      act('more', { when: after('mend', 'denied') }),
    ])
    const run = await carry(plan, { effects: { mend: [denied('keep-quorum')] } })
    expect(results(run)).toEqual(['mend denied', 'more done'])
    expect(run.outcome).toMatchObject({ name: 'fixed' })
  })

  test('a decision can be told to go on with some of its cases only', async () => {
    const plan = planOf([
      read('look', ['health']),
      decide('judge', { fine: 'health.ok' }, { continueOn: [] }),
      act('mend'),
    ])
    const run = await carry(plan, { facts: healthy })
    expect(run.log).not.toContain('do mend')
  })

  test('a failed step ends failed-safe where everything before it says what stays behind', async () => {
    const run = await carry(planOf([act('freeze'), act('mend')]), {
      effects: { mend: [failed], freeze: [done({}, 'lift it')] },
    })
    expect(run.outcome).toMatchObject({
      as: 'failed-safe',
      left: [{ step: 'freeze', text: 'freeze stays', lift: 'lift it' }],
    })
    expect(run.outcome.message).toContain('the target refused')
  })

  test('a failed step ends failed-unsafe where something before it stays behind that is not safe', async () => {
    const plan = planOf([unsafely(act('restart')), act('mend')])
    const run = await carry(plan, { effects: { mend: [failed] } })
    expect(run.outcome).toMatchObject({ name: 'failed-unsafe', as: 'failed-unsafe', left: [] })
  })

  test('an effect that did not happen leaves nothing behind', async () => {
    const run = await carry(planOf([unsafely(act('mend'))]), { effects: { mend: [failed] } })
    expect(run.outcome).toMatchObject({ as: 'failed-safe', left: [] })
  })

  test('G1: an effect that nobody can determine ends failed-unsafe, though all before it was safe', async () => {
    const run = await carry(planOf([act('freeze'), act('mend')]), { effects: { mend: [effectUnknown] } })
    expect(run.outcome).toMatchObject({ as: 'failed-unsafe' })
    expect(results(run)).toEqual(['freeze done', 'mend effect-unknown'])
  })

  test('an effect that an earlier attempt had done counts as done', async () => {
    const run = await carry(planOf([act('mend')]), {
      effects: { mend: [{ status: 'already-done', output: { epoch: 8 }, effects: ['route.rollback'], evidence: {} }] },
    })
    expect(results(run)).toEqual(['mend done'])
    expect(run.state.steps[0]?.detail).toBe('already done by an earlier attempt')
  })

  test('G10: an effect whose input rests on an unknown fact is denied without a call', async () => {
    const plan = planOf([read('look', ['owner']), act('mend', { with: { epoch: { path: ['owner', 'epoch'] } } })])
    const run = await carry(plan, { facts: { owner: [unknown('timeout')] } })
    expect(run.performed).toEqual([])
    expect(run.outcome).toMatchObject({ as: 'blocked', denial: { by: 'facts', unknown: true } })
    expect(run.outcome.denial?.message).toContain('owner: timeout')
  })
})

describe('a cancelled run', () => {
  const plan = planOf([
    read('look', ['health'], { expect: expecting(['health'], 'health.ok') }),
    act('mend'),
    approve('gate', ['lead']),
  ])
  const facts = { health: [known({ ok: false }), known({ ok: true })] }

  test.each(['read look.health', 'sleep 1000', 'do mend', 'ask gate', 'wait gate'])(
    'ends aborted when it is cancelled at `%s`, and still says its claim',
    async (cancelAt) => {
      const run = await carry(plan, { facts, cancelAt })
      expect(run.log.slice(-2)).toEqual([cancelAt, 'claim aborted'])
      expect(run.outcome).toMatchObject({ name: 'aborted', as: 'aborted', claims: ['claim.aborted'] })
      expect(results(run).at(-1)).toMatch(/ cancelled$/)
    },
  )

  test('closes its question', async () => {
    const run = await carry(plan, { facts, cancelAt: 'wait gate' })
    expect(run.closed).toBe(1)
    expect(run.state.waiting).toBeUndefined()
  })

  test('ends failed-unsafe where something stays behind that is not safe', async () => {
    const run = await carry(planOf([unsafely(act('restart')), act('mend')]), { cancelAt: 'do mend' })
    expect(run.outcome).toMatchObject({ as: 'failed-unsafe' })
  })

  test('a step cannot ask to go on after it', async () => {
    const going = planOf([act('mend', { continueOn: ['done', 'denied', 'failed', 'timed-out'] }), act('more')])
    const run = await carry(going, { cancelAt: 'do mend' })
    expect(run.log).toEqual(['do mend', 'claim aborted'])
  })
})

test('a mistake of our own is no result of a step', async () => {
  await expect(carry(planOf([read('look', ['health'])]), {})).rejects.toThrow('the script says nothing of health')
})
