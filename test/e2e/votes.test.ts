import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { execa } from 'execa'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { votesOf } from '../../engine/host/votes.ts'
import type { Lab } from '../../lab/start-lab.ts'
import { runproof } from '../cli/workplace.ts'
import { badPromotion } from '../support/bad-promotion.ts'
import type { BadPromotion } from '../support/bad-promotion.ts'
import { openLab } from '../support/installation.ts'
import { approvalsIn, REQUESTER, Stage } from './votes-stage.ts'

let lab: Lab
let stage: Stage

beforeAll(async () => {
  lab = await openLab({ trafficTailMs: 200 })
  stage = await Stage.open(lab)
})
afterAll(async () => {
  await stage?.close()
  await lab?.stop()
})

const topic = (): { topic: string } => ({ topic: randomBytes(4).toString('hex') })

/** An environment whose promotions are frozen. */
async function frozen(): Promise<BadPromotion> {
  const scene = await badPromotion(lab)
  const { environment } = scene.route
  const { outcome } = await stage.installation.sealed(await stage.start('freeze-now', { environment }))
  expect(outcome?.name, JSON.stringify(outcome)).toBe('frozen')
  return scene
}

describe('G26: a run that a person has started', () => {
  test('is approved by another person’s signature, overridden by a second one, and its bundle tells by whom', async () => {
    const scene = await frozen()
    const { environment } = scene.route
    const runId = await stage.start('lift-promotion-freeze', { environment, reason: 'the cause is known' })
    const { grace, hal } = stage
    expect(await stage.cast(runId, await stage.vote(runId, 'agreed', { person: grace }))).toEqual({ counted: true })
    expect(await scene.changes()).toEqual(['freeze'])
    const override = {
      decision: 'override' as const,
      overrides: { rule: 'not-while-frozen' },
      reason: 'nothing else can lift it',
      expiresAt: new Date(Date.now() + 600_000).toISOString(),
    }
    const { question } = await stage.asked(runId, 'lift')
    expect(question).toMatchObject({
      kind: 'override',
      overridable: [{ rule: 'not-while-frozen', who: 'incident-lead' }],
    })
    const { reason: _none, ...silent } = override
    expect(await stage.cast(runId, await stage.vote(runId, 'lift', { person: hal, ...silent }))).toMatchObject({
      why: 'an override gives its reason',
    })
    expect(await stage.cast(runId, await stage.vote(runId, 'lift', { person: hal, ...override }))).toEqual({
      counted: true,
    })
    expect((await stage.installation.sealed(runId)).outcome?.name).toBe('lifted')
    expect(await scene.changes()).toEqual(['freeze', 'lift-freeze'])
    const verification = await stage.verified(runId)
    expect(verification.checks.filter(({ ok }) => !ok)).toEqual([])
    expect(approvalsIn(verification)).toEqual([
      expect.stringMatching(/^grace@example\.com \(signed with SHA256:\S+\) approved `agreed` as release-owner/),
      expect.stringMatching(/^hal@example\.com .* overrode not-while-frozen until .* at `lift` as incident-lead/),
    ])
    expect(verification.verdict).toBe('verified')
    // When the run received each of them was held against its history.
    const { votes } = await votesOf(stage.installation.store, runId)
    expect(votes.map(({ receivedAt }) => typeof receivedAt)).toEqual(['string', 'string', 'string'])
  })

  test('is not approved by the requester: not unsigned, not by another key of the same user', async () => {
    const runId = await stage.start('two-agree', topic())
    const login = { user: REQUESTER, host: 'test' }
    const { grace } = stage
    expect(await stage.cast(runId, await stage.vote(runId, 'agreed', { person: grace, login }))).toMatchObject({
      counted: false,
      why: expect.stringContaining(`may be ${REQUESTER}, asked for this run`) as string,
    })
    const by = { user: 'ada', host: 'test', assurance: 'self-asserted' as const }
    const { ssh: _none, vote } = await stage.vote(runId, 'agreed', { person: grace, by })
    const unsigned = await stage.installation.keys.take(vote)
    expect(await stage.cast(runId, unsigned)).toMatchObject({ counted: false })
    expect((await stage.installation.state(runId)).questions?.map(({ step }) => step)).toEqual(['agreed'])
  })

  test('needs two different people where a role is named twice; what is asked takes one of its options', async () => {
    const runId = await stage.start('two-agree', topic())
    const { grace, hal } = stage
    const first = await stage.vote(runId, 'agreed', { person: grace })
    expect(await stage.cast(runId, first)).toEqual({ counted: true })
    expect(await stage.replay(runId, first)).toBe('this vote was given already')
    const again = await stage.vote(runId, 'agreed', { person: hal, nonce: first.vote.nonce })
    expect(await stage.cast(runId, again)).toMatchObject({ why: 'the nonce of this vote was used by another' })
    await stage.cast(runId, await stage.vote(runId, 'agreed', { person: grace }))
    expect((await stage.installation.state(runId)).questions?.map(({ step }) => step)).toEqual(['agreed'])
    expect(await stage.cast(runId, await stage.vote(runId, 'agreed', { person: hal }))).toEqual({ counted: true })
    const choose = { decision: 'choose' as const, role: 'incident-lead' }
    expect(
      await stage.cast(runId, await stage.vote(runId, 'way', { person: hal, ...choose, option: 'up' })),
    ).toMatchObject({
      counted: false,
    })
    const stray = await stage.vote(runId, 'way', { person: hal, ...choose, option: 'left' })
    const late = await stage.vote(runId, 'way', { person: grace, ...choose, option: 'right' })
    expect(await stage.cast(runId, stray)).toEqual({ counted: true })
    expect((await stage.installation.sealed(runId)).outcome?.name).toBe('left')
    expect(await stage.cast(runId, late)).toEqual({ counted: false, why: 'the run has ended' })
    const { verdict, checks } = await stage.verified(runId)
    expect(checks.filter(({ ok }) => !ok)).toEqual([])
    expect(verdict).toBe('verified')
  })

  test('tells a person who answers in two roles at once what it counts, and so do its entries and its records', async () => {
    const trigger = { kind: 'alert' as const, occurrence: randomBytes(4).toString('hex'), alert: {}, warnings: [] }
    const runId = await stage.start('two-roles', topic(), trigger)
    const { grace, hal } = stage
    const roles = ['release-owner', 'incident-lead']
    const both = await Promise.all(roles.map(async (role) => stage.vote(runId, 'agreed', { person: grace, role })))
    const told = await Promise.all(both.map(async (vote) => stage.cast(runId, vote)))
    const counted = told.findIndex((verdict) => verdict.counted)
    const [as, open = ''] = counted === 0 ? roles : roles.toReversed()
    const why = `${grace.name} has already answered as ${as}, and one person answers for one role: somebody else answers as ${open}`
    expect([told[counted], told[1 - counted]]).toEqual([{ counted: true }, { counted: false, why }])
    const { entries } = await stage.installation.state(runId)
    const entered = entries.flatMap((entry) => (entry.kind === 'vote' ? [[entry.vote.vote.role, entry.counted]] : []))
    expect(Object.fromEntries(entered)).toEqual(Object.fromEntries(roles.map((role) => [role, role === as])))
    const again = await runproof(stage.installation.folder, 'approve', runId, '--key', grace.key, '--role', open)
    expect(again).toMatchObject({ exitCode: 5, stdout: expect.stringContaining(`does not count: ${why}`) as string })
    expect(await stage.cast(runId, await stage.vote(runId, 'agreed', { person: hal, role: open }))).toEqual({
      counted: true,
    })
    expect((await stage.installation.sealed(runId)).outcome?.name).toBe('agreed')
    expect((await stage.verified(runId)).verdict).toBe('verified')
  })

  test('is ended by a rejection, also by a person who has approved it in another role', async () => {
    const runId = await stage.start('two-roles', topic())
    const { grace: person } = stage
    expect(await stage.cast(runId, await stage.vote(runId, 'agreed', { person }))).toEqual({ counted: true })
    const reject = { person, decision: 'reject' as const, role: 'incident-lead' }
    expect(await stage.cast(runId, await stage.vote(runId, 'agreed', reject))).toEqual({ counted: true })
    expect((await stage.installation.sealed(runId)).outcome?.name).toBe('rejected')
    expect((await stage.verified(runId)).verdict).toBe('verified')
  })

  test('takes no vote of somebody whose own start was merged into it', async () => {
    const inputs = topic()
    const runId = await stage.start('two-agree', inputs)
    const vote = await stage.vote(runId, 'agreed', { person: stage.grace })
    const by = { user: 'grace', host: 'test', assurance: 'self-asserted' as const }
    expect(await stage.start('two-agree', inputs, { kind: 'person', by })).toBe(runId)
    expect(await stage.cast(runId, vote)).toMatchObject({
      counted: false,
      why: expect.stringContaining('may be grace, asked for this run') as string,
    })
  })

  test('takes no vote of another run with equal facts, nor one that was bent to fit', async () => {
    const [one, other] = [await stage.start('two-agree', topic()), await stage.start('two-agree', topic())]
    const elsewhere = await stage.vote(one, 'agreed', { person: stage.grace })
    await stage.asked(other, 'agreed')
    expect(await stage.cast(other, elsewhere)).toMatchObject({
      counted: false,
      why: expect.stringContaining('not those that are shown now') as string,
    })
    const { question } = await stage.asked(other, 'agreed')
    const bent = await stage.vote(one, 'agreed', { person: stage.grace, factsDigest: question.factsDigest })
    expect(await stage.cast(other, bent)).toMatchObject({ counted: false })
  })
})

describe('G26, G39: a run that only proposes', () => {
  test('does nothing before its owner has signed, and nothing after a rejection', async () => {
    const propose = () => ({
      ...{ kind: 'alert' as const, occurrence: randomBytes(4).toString('hex'), alert: {}, warnings: [] },
      mode: 'propose' as const,
    })
    const [agreed, rejected] = [await badPromotion(lab), await badPromotion(lab)]
    const one = await stage.start('freeze-now', { environment: agreed.route.environment }, propose())
    const other = await stage.start('freeze-now', { environment: rejected.route.environment }, propose())
    const { question } = await stage.asked(one, 'freezePromotions')
    expect(question).toMatchObject({ kind: 'propose', who: ['release-owner'] })
    const step = 'freezePromotions'
    const choice = { person: stage.grace, decision: 'choose' as const, option: 'x' }
    expect(await stage.cast(one, await stage.vote(one, step, choice))).toMatchObject({ counted: false })
    expect(await stage.cast(one, await stage.vote(one, step, { person: stage.grace }))).toEqual({ counted: true })
    const reject = { person: stage.hal, decision: 'reject' as const, reason: 'not now' }
    expect(await stage.cast(other, await stage.vote(other, step, reject))).toEqual({ counted: true })
    expect((await stage.installation.sealed(one)).outcome?.name).toBe('frozen')
    await stage.installation.sealed(other)
    expect(await agreed.changes()).toEqual(['freeze'])
    expect(await rejected.changes()).toEqual([])
    expect((await stage.verified(one)).verdict).toBe('verified')
  })
})

describe('the command line', () => {
  const key = () => stage.grace.key
  const folder = () => stage.installation.folder

  test('G26: a draft is signed elsewhere with nothing but ssh-keygen, and handed in by anybody', async () => {
    const runId = await stage.start('two-agree', topic())
    await stage.asked(runId, 'agreed')
    const file = join(stage.people.folder, `draft-${runId}.json`)
    const draft = await runproof(folder(), 'approve', runId, '--draft', file, '--as', stage.grace.name)
    expect(draft).toMatchObject({
      exitCode: 0,
      stdout: expect.stringContaining(`-n runproof-vote -f <key> ${file}`) as string,
    })
    const early = await runproof(folder(), 'approve', runId, '--signed', file)
    expect(early.stderr).toContain('error[RP0311]')
    await execa('ssh-keygen', ['-q', '-Y', 'sign', '-n', 'runproof-vote', '-f', key(), file])
    const handed = await runproof(folder(), 'approve', runId, '--signed', file)
    expect(handed).toMatchObject({ exitCode: 0, stdout: 'approved: the vote counts\n' })
    const rejecting = await runproof(folder(), 'reject', runId, '--signed', file)
    expect(rejecting.stderr).toContain('is no such vote')
  })

  test('G26: signs with the key at hand; the requester’s own does not count, whatever name it has', async () => {
    const runId = await stage.start('two-agree', topic())
    await stage.asked(runId, 'agreed')
    const own = await runproof(folder(), 'approve', runId, '--key', key())
    expect(own.exitCode).toBe(5)
    expect(own.stdout).toContain(`grace@example.com, who may be ${REQUESTER}, asked for this run, and does not count`)
    const { exitCode, stderr } = await runproof(folder(), 'approve', runId, '--key', key(), '--as', 'hal@example.com')
    expect({ exitCode, stderr }).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining('error[RP0311]') as string,
    })
  })

  test('G26: an alert’s run is approved, answered and shown by commands alone', async () => {
    const trigger = { kind: 'alert' as const, occurrence: randomBytes(4).toString('hex'), alert: {}, warnings: [] }
    const runId = await stage.start('two-agree', topic(), trigger)
    await stage.asked(runId, 'agreed')
    const roles = ['--role', 'release-owner']
    expect((await runproof(folder(), 'approve', runId, '--key', key(), ...roles)).stdout).toContain(
      'approved: the vote counts',
    )
    const answered = await runproof(folder(), 'answer', runId, 'left')
    expect(answered.stderr).toContain('asks nothing to which this is an answer')
    expect((await runproof(folder(), 'approve', runId, '--key', stage.hal.key)).stdout).toContain('the vote counts')
    await stage.asked(runId, 'way')
    expect((await runproof(folder(), 'answer', runId, 'up', '--key', key())).stderr).toContain(
      'choose one of: left, right',
    )
    const way = await runproof(folder(), 'answer', runId, 'right', '--key', key(), '--reason', 'it is shorter')
    expect(way).toMatchObject({
      exitCode: 0,
      stdout: expect.stringContaining('answered right: the vote counts') as string,
    })
    expect((await stage.installation.sealed(runId)).outcome?.name).toBe('right')
    expect(approvalsIn(await stage.verified(runId)).at(-1)).toMatch(/answered "right" to `way` .*: it is shorter$/)
  })

  test('a rule that is absolute is not overridden, and one that is none of the run’s neither', async () => {
    const scene = await badPromotion(lab)
    const runId = await stage.start('freeze-now', { environment: scene.route.environment })
    const rest = ['--reason', 'now', '--for', '1h', '--key', key()]
    const absolute = await runproof(folder(), 'override', runId, '--rule', 'not-twice', ...rest)
    expect(absolute).toMatchObject({ exitCode: 2 })
    expect(absolute.stderr).toContain('error[RP0310]: `not-twice` is absolute: nobody may override it')
    const unknown = await runproof(folder(), 'override', runId, '--rule', 'no-such-rule', ...rest)
    expect(unknown.stderr).toContain('has no rule `no-such-rule`')
    const endless = await runproof(folder(), 'override', runId, '--rule', 'no-such-rule', '--for', 'ever')
    expect(endless.stderr).toContain('`ever` is no duration')
    await stage.installation.sealed(runId)
  })
})
