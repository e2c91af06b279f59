import { describe, expect, test } from 'vitest'
import { act, approve, planOf, read } from './plans.ts'
import { carry, known, owner, results, unknown } from './recorded.ts'
import type { Answer } from './recorded.ts'

const plan = planOf([approve('gate', ['lead', 'owner']), act('mend')])

async function answered(...answers: Answer[]) {
  return carry(plan, { answers })
}

const votes = (run: Awaited<ReturnType<typeof answered>>) =>
  run.state.entries.flatMap((entry) =>
    entry.kind === 'vote' ? [{ by: entry.vote.vote.by.user, counted: entry.counted }] : [],
  )

describe('an approval', () => {
  test('needs one person of each role', async () => {
    const run = await answered({ user: 'ben', role: 'lead' }, { user: 'cid', role: 'owner' })
    expect(run.log).toEqual(['ask gate', 'wait gate', 'wait gate', 'do mend', 'claim fixed'])
    expect(run.state.steps[0]).toMatchObject({ result: 'done', detail: 'approved by ben, cid' })
    expect(run.performed[0]?.grounds.votes.map(({ vote }) => vote.role)).toEqual(['lead', 'owner'])
  })

  test('is not given by one person in two roles', async () => {
    const run = await answered({ user: 'ben', role: 'lead' }, { user: 'ben', role: 'owner' })
    expect(results(run)).toEqual(['gate timed-out'])
    expect(votes(run)).toEqual([
      { by: 'ben', counted: true },
      { by: 'ben', counted: false },
    ])
    expect(run.state.entries.findLast(({ kind }) => kind === 'vote')).toMatchObject({
      why: 'ben has already answered as lead, and one person answers for one role: somebody else answers as owner',
    })
  })

  test('is refused by one person in whatever role', async () => {
    const answers: Answer[] = [
      { user: 'ben', role: 'lead' },
      { user: 'ben', role: 'owner', decision: 'reject', reason: 'on reflection' },
    ]
    const run = await answered(...answers)
    expect(results(run)).toEqual(['gate denied'])
    expect(votes(run).map(({ counted }) => counted)).toEqual([true, true])
    const before = await carry(plan, { answers, knows: [] })
    expect(results(before)).toEqual(['gate timed-out'])
    expect(before.state.entries.findLast(({ kind }) => kind === 'vote')).toMatchObject({
      why: 'ben has already answered as lead, and one person answers for one role: reject as lead',
    })
  })

  test('is not given by one role twice', async () => {
    const run = await answered({ user: 'ben', role: 'lead' }, { user: 'cid', role: 'lead' })
    expect(results(run)).toEqual(['gate timed-out'])
  })

  test('G26: a vote that the host does not count changes nothing, and is on record with the reason', async () => {
    const run = await answered(
      { user: 'ada', role: 'lead', uncounted: 'ada asked for this run' },
      { user: 'ada', role: 'owner', decision: 'reject', uncounted: 'ada asked for this run' },
      { user: 'ben', role: 'lead' },
      { user: 'cid', role: 'owner' },
    )
    expect(results(run)).toEqual(['gate done', 'mend done'])
    expect(votes(run).map(({ counted }) => counted)).toEqual([false, false, true, true])
    expect(run.performed[0]?.grounds.votes).toHaveLength(2)
  })

  test('is denied by one rejection, with its reason, and the run ends aborted', async () => {
    const run = await answered(
      { user: 'ben', role: 'lead' },
      { user: 'cid', role: 'owner', decision: 'reject', reason: 'not now' },
      { user: 'dan', role: 'owner' },
    )
    expect(results(run)).toEqual(['gate denied'])
    expect(run.outcome).toMatchObject({ as: 'aborted' })
    expect(run.outcome.message).toContain('rejected by cid: not now')
    expect(run.performed).toEqual([])
  })

  test('is overdue where nobody who counts has answered in time', async () => {
    const run = await answered()
    expect(results(run)).toEqual(['gate timed-out'])
    expect(run.outcome).toMatchObject({ as: 'aborted' })
  })

  test('closes its question, however it ends', async () => {
    for (const answers of [[], [{ user: 'ben', role: 'lead', decision: 'reject' as const }]]) {
      const run = await answered(...answers)
      expect(run.closed).toBe(1)
      expect(run.state.waiting).toBeUndefined()
    }
  })
})

describe('a question', () => {
  test('shows the facts that it names, and no others', async () => {
    const gate = approve('gate', ['lead'], { show: ['owner'] })
    const run = await carry(planOf([read('look', ['owner', 'health']), gate]), {
      facts: { owner: [owner(7)], health: [known({ ok: true })] },
    })
    expect(Object.keys(run.asked[0]?.facts ?? {})).toEqual(['owner'])
    expect(run.asked[0]?.facts['owner']?.value).toMatchObject({ epoch: 7 })
  })

  test('says in its text what is known, and that a value is unknown', async () => {
    const text = { text: ['epoch ', { path: ['owner', 'epoch'] }, ', healthy ', { path: ['health', 'ok'] }] }
    const run = await carry(planOf([read('look', ['owner', 'health']), approve('gate', ['lead'], { text })]), {
      facts: { owner: [owner(7)], health: [unknown('error')] },
    })
    expect(run.asked[0]?.text).toBe('epoch 7, healthy (unknown: health.ok)')
  })

  test('is on record with the digest of what was shown', async () => {
    const run = await answered({ user: 'ben', role: 'lead' })
    expect(run.state.entries.find(({ kind }) => kind === 'asked')).toMatchObject({
      step: 'gate',
      text: 'Go on?',
      who: ['lead', 'owner'],
      factsDigest: 'facts-1',
    })
  })
})
