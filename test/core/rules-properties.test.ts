import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { applyOverrides, denialOf } from '../../engine/core/rules.ts'
import type { JudgedVerdict } from '../../engine/core/rules.ts'
import type { EffectReceipt } from '../../schemas/door.ts'
import type { CheckPlan, RulePlan } from '../../schemas/plan.ts'
import type { SignedVote, Vote } from '../../schemas/vote.ts'
import { unknown } from './recorded.ts'
import { at, EFFECTS, group, groups, judged, predicate, receipt, record, ruleOf, SOURCE } from './rules-practice.ts'
import type { Situation } from './rules-practice.ts'

const reboot = { effect: 'host.reboot', target: { host: 'h1', image: `sha256:${'a'.repeat(64)}` } }
const sourceEach = { item: 'source', list: ['sources', 'items'], itemType: SOURCE }
const settled = predicate('source.settled', 'host.reboot', { source: SOURCE })

/** A check of each form that guards the reboot. */
const CHECKS: readonly CheckPlan[] = [
  { form: 'require', guards: ['host.reboot'], require: [predicate('groups.items.all(g, g.settled)', 'host.reboot')] },
  { form: 'require', guards: ['capacity.remove'], require: [settled], each: sourceEach },
  { form: 'forbid', forbid: ['host.reboot'], inRunsWith: ['host.uncordon'] },
  { form: 'after', guards: ['host.reboot'], after: ['host.drain', 'lab.hostState'] },
  { form: 'only-from', guards: ['host.reboot'], onlyFrom: ['lab.snapshot'], input: ['image'] },
  {
    form: 'during',
    from: 'host.drain',
    to: 'host.uncordon',
    require: [predicate('groups.items.all(g, g.healthy > 1)', 'host.drain')],
  },
  { form: 'must-within', after: 'request.hold', do: 'request.answer', withinMs: 30_000, within: 'wakeBudget' },
]

const receipts = fc
  .array(
    fc.record({
      name: fc.constantFrom('host.drain', 'host.uncordon', 'request.hold', 'request.answer'),
      host: fc.constantFrom('h1', 'h2'),
      undone: fc.boolean(),
    }),
    { maxLength: 8 },
  )
  .map((drafts) =>
    drafts.map(({ name, host, undone }, seconds): EffectReceipt => {
      const target = EFFECTS[name]?.target['host'] === undefined ? { app: host, class: 'safe' } : { host }
      return receipt(name, target, { undone, at: at(seconds * 10), step: `s${seconds}` })
    }),
  )

const item = fc
  .record({ settled: fc.boolean(), waived: fc.boolean(), healthy: fc.integer({ min: 0, max: 4 }) })
  .map((fields) => group(`g-${JSON.stringify(fields)}`, fields))
const readings = fc.oneof(
  fc.constant(unknown('timeout')),
  fc.array(item, { maxLength: 4 }).map((items) => groups(...items)),
)

/** What a run has done, its Plan can reach. */
const situations = fc
  .record({
    receipts,
    facts: fc.record({ groups: readings, sources: readings }),
    taken: fc.constantFrom([], [record('lab.hostState', { host: 'h1' }, { value: {} })]),
    further: fc.subarray(Object.keys(EFFECTS)),
    now: fc.constantFrom(at(70), at(120)),
  })
  .map(({ further, ...situation }) => ({
    ...situation,
    reachable: [...further, ...situation.receipts.map(({ effect }) => effect)],
  }))
const checks = fc.subarray([...CHECKS], { minLength: 1 })

const passes = (verdicts: readonly JudgedVerdict[]) => denialOf(verdicts, []) === undefined
const ignorant: Situation = {
  receipts: 'unreadable',
  taken: 'unproven',
  facts: { groups: unknown('error'), sources: unknown('error') },
}

describe('three-valued logic', () => {
  test('G10: what passes while nothing is known also passes whatever becomes known, and unknown never becomes true by not knowing', async () => {
    await fc.assert(
      fc.asyncProperty(checks, situations, async (chosen, situation) => {
        const { reachable, now } = situation
        const blind = await judged(chosen, reboot, { ...ignorant, reachable, now })
        const seeing = await judged(chosen, reboot, situation)
        if (passes(blind)) expect(passes(seeing)).toBe(true)
        for (const hidden of ['receipts', 'taken', 'facts'] as const) {
          const less = await judged(chosen, reboot, { ...situation, [hidden]: ignorant[hidden] })
          if (passes(less)) expect(passes(seeing)).toBe(true)
          if (!passes(seeing)) expect(passes(less)).toBe(false)
        }
      }),
      { numRuns: 200 },
    )
  })

  test('G10: a doubt of the door never lets pass what it would deny without', async () => {
    await fc.assert(
      fc.asyncProperty(checks, situations, async (chosen, situation) => {
        const doubted = await judged(chosen, reboot, { ...situation, doubt: 'too old' })
        if (passes(doubted)) expect(passes(await judged(chosen, reboot, situation))).toBe(true)
      }),
      { numRuns: 100 },
    )
  })

  test('verdicts do not depend on the order in which receipts are given', async () => {
    const shuffled = situations.chain((situation) =>
      fc
        .shuffledSubarray([...situation.receipts], { minLength: situation.receipts.length })
        .map((other) => ({ situation, other })),
    )
    const claims = fc.constantFrom(reboot, { effect: 'claim.succeeded', target: {} })
    await fc.assert(
      fc.asyncProperty(checks, claims, shuffled, async (chosen, guarded, { situation, other }) => {
        const bare = (verdicts: readonly JudgedVerdict[]) => verdicts.map(({ predicate: cel, says }) => [cel, says])
        const found = await judged(chosen, guarded, { ...situation, receipts: other })
        expect(bare(found)).toEqual(bare(await judged(chosen, guarded, situation)))
      }),
      { numRuns: 200 },
    )
  })
})

describe('G26: overriding', () => {
  const waivable: RulePlan['overridable'] = {
    when: predicate('source.waived', 'host.reboot', { source: SOURCE }),
    who: 'data-owner',
  }
  /** So few that votes meet them. */
  const sources = [true, false].flatMap((settled) => [true, false].map((waived) => ({ settled, waived, healthy: 3 })))
  const nameOf = (fields: object) => `g-${JSON.stringify(fields)}`
  const few = fc
    .array(fc.constantFrom(...sources), { maxLength: 4 })
    .map((some) => groups(...some.map((fields) => group(nameOf(fields), fields))))
  const names = ['', 'g-1', ...sources.map(nameOf)]
  interface Cast {
    readonly decision: string
    readonly role: string
    readonly rule: string
    readonly item: string
    readonly expiresAt: string
  }
  const asVote = ({ rule, item: name, ...more }: Cast): SignedVote => {
    const frame = { type: 'runproof.vote.v1', runId: 'run-1', step: 's', planDigest: '', factsDigest: '' } as const
    const by = { user: 'eve', host: 'h', assurance: 'signed' } as const
    const overrides = name === '' ? { rule } : { rule, item: name }
    const vote = { ...frame, ...more, by, overrides, reason: 'agreed', nonce: '', votedAt: at(0) } as Vote
    return { vote, keyid: '', signature: '' }
  }
  const anyVote = fc.record({
    decision: fc.constantFrom('override', 'approve'),
    role: fc.constantFrom('data-owner', 'fleet'),
    rule: fc.constantFrom('keep-it', 'other'),
    item: fc.constantFrom(...names),
    expiresAt: fc.constantFrom(at(0), at(500)),
  })
  const asItShouldBe = { decision: 'override', role: 'data-owner', rule: 'keep-it', expiresAt: at(500) } as const
  const goodVote = fc.constantFrom(...sources.map(nameOf)).map((name) => ({ ...asItShouldBe, item: name }))
  const votes = fc.array(fc.oneof(anyVote, goodVote).map(asVote), { maxLength: 6 })

  test('never turns a rule that is never overridable, whatever is voted', async () => {
    await fc.assert(
      fc.asyncProperty(checks, situations, votes, async (chosen, situation, cast) => {
        const verdicts = await judged(chosen, reboot, situation)
        const run = { id: 'run-1', now: situation.now }
        expect(applyOverrides(verdicts, cast, run)).toEqual(verdicts)
      }),
      { numRuns: 200 },
    )
  })

  test('never makes a verdict true, and never covers one whose own condition does not hold', async () => {
    const check: CheckPlan = { form: 'require', guards: ['host.reboot'], require: [settled], each: sourceEach }
    let covered = 0
    await fc.assert(
      fc.asyncProperty(situations, fc.oneof(few, readings), votes, async (around, listed, cast) => {
        const situation = { ...around, facts: { ...around.facts, sources: listed } }
        const rule = ruleOf([check], { overridable: waivable })
        const verdicts = await judged(rule, reboot, situation)
        const after = applyOverrides(verdicts, cast, { id: 'run-1', now: situation.now })
        expect(after.map(({ says }) => says)).toEqual(verdicts.map(({ says }) => says))
        for (const { overriddenBy, overridableBy, item: name = '' } of after)
          if (overriddenBy !== undefined) {
            covered += 1
            expect(overridableBy).toBe('data-owner')
            expect(name).toContain('"waived":true')
          }
      }),
      { numRuns: 400 },
    )
    expect(covered, 'no vote met an item: the test saw nothing').toBeGreaterThan(0)
  })
})
