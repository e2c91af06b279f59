import fc from 'fast-check'
import { describe, expect, test, vi } from 'vitest'
import { sameSubject } from '../../engine/core/rules.ts'
import type { CompiledCatalogue } from '../../engine/language/catalogue.ts'
import { formatYaml } from '../../engine/language/format.ts'
import { denialsOf } from '../../engine/rehearsal/differences.ts'
import { rehearse } from '../../engine/rehearsal/rehearse.ts'
import type { Rehearsed } from '../../engine/rehearsal/rehearse.ts'
import { stageOf } from '../../engine/rehearsal/stage.ts'
import { World } from '../../engine/rehearsal/world.ts'
import { canonical } from '../../schemas/canonical.ts'
import type { FactRecord } from '../../schemas/fact.ts'
import type { JsonObject } from '../../schemas/json.ts'
import type { Incident, ReadingChange, Scenario } from '../../schemas/scenario.ts'
import { compileWith } from './compile-case.ts'
import { contracts } from './contracts.ts'
import { runbooks } from './generated.ts'
import type { Generated } from './generated.ts'

const NO_RULES = 'rules: []\n'
const place = { file: 'generated', line: 1, col: 1 }
const digest = (letter: string) => `sha256:${letter.repeat(64)}`

function compiled({ text }: Pick<Generated, 'text'>, rules = NO_RULES): CompiledCatalogue {
  return compileWith('base/acts.yaml', text, new TextEncoder().encode(rules)).catalogue
}

/** What readings say: one of two things each, so that decisions, items of loops and readings anew differ. */
const says = (bit: boolean): Readonly<Record<string, JsonObject>> => ({
  'platform.hostState': { version: 'v1', drained: bit },
  'prometheus.errorRatio': { worst: digest(bit ? 'a' : 'b'), ratio: bit ? 0.5 : 0 },
  'platform.routeOwner': { digest: digest('c'), epoch: bit ? 7 : 8, sinceChange: 1000 },
  'platform.previousOwner': { digest: digest('b'), epoch: 7 },
  'platform.bindings': { items: [{ state: bit ? 'ready' : 'missing' }] },
  'platform.successorOf': { digest: digest('d') },
  'platform.artifactFit': { schemaFits: bit, migrations: 0, reason: 'so' },
})
const READINGS = Object.keys(says(true))
const HOSTS = ['host-a', 'host-b', 'host-c'].map((host) => ({ host, version: 'v1', gpus: [] }))
const ACTIONS: Readonly<Record<string, JsonObject>> = {
  'platform.rollbackRouteOwner': { epoch: 9 },
  'platform.freezePromotions': { until: '2026-01-01T00:00:00Z' },
  'platform.drainHost': { version: 'v2', host: 'host-a' },
  'platform.undrainHost': { version: 'v3' },
  'platform.tell': {},
}

/** What is so, what becomes otherwise behind which step, which actions fail, and what people answer. */
interface Circumstances {
  readonly bits: readonly boolean[]
  readonly itemBits: readonly boolean[]
  readonly changes: readonly { readonly step: number; readonly reading: number; readonly bit: boolean }[]
  readonly answers: readonly string[]
  readonly fails: number
}

const circumstances: fc.Arbitrary<Circumstances> = fc.record({
  bits: fc.array(fc.boolean(), { minLength: READINGS.length, maxLength: READINGS.length }),
  itemBits: fc.array(fc.boolean(), { minLength: 3, maxLength: 3 }),
  changes: fc.array(fc.record({ step: fc.nat(40), reading: fc.nat(READINGS.length - 1), bit: fc.boolean() }), {
    maxLength: 6,
  }),
  answers: fc.array(fc.constantFrom('done', 'left', 'right', 'denied', 'timed-out'), { minLength: 3, maxLength: 3 }),
  fails: fc.nat(12),
})

function scenarioOf({ ids }: Generated, { bits, itemBits, changes, answers, fails }: Circumstances): Scenario {
  const reading = (name: string, value: JsonObject, inputs: JsonObject = {}): ReadingChange => {
    return { reading: name, with: inputs, change: { value, complete: true } }
  }
  const given = [
    ...READINGS.map((name, at) => reading(name, says(bits[at] ?? true)[name] ?? {})),
    reading('platform.hosts', { items: HOSTS, total: 3 }),
    ...HOSTS.map(({ host }, at) => {
      return reading('platform.hostState', { version: 'v1', drained: itemBits[at] ?? true }, { host })
    }),
    ...Object.entries(ACTIONS).map(([action, output], at) => {
      return { action, change: at === fails ? { fails: 'refused' } : { output } }
    }),
  ]
  const during = changes.map(({ step, reading: at, bit }): Incident => {
    const name = READINGS[at] ?? ''
    return { ...reading(name, says(bit)[name] ?? {}), at: { moment: 'after', step: ids[step % ids.length] ?? 'look' } }
  })
  return {
    id: 'generated',
    runbook: 'acts',
    against: 'facts',
    inputs: { environment: 'production', app: 'shop', host: 'host-z' },
    given,
    during,
    answers: Object.fromEntries(ids.map((id, at) => [id, answers[at % answers.length] ?? 'done'])),
    expect: { outcome: 'unclear', steps: {}, never: [], told: [] },
    place,
    spans: {},
  }
}

async function carriedOut(catalogue: CompiledCatalogue, generated: Generated, at: Circumstances): Promise<Rehearsed> {
  const stage = stageOf(catalogue, 'acts', contracts)
  if (stage === undefined) throw new Error('there is no Plan')
  return rehearse(stage, scenarioOf(generated, at))
}

/** A Plan without the places of its text, which a change of layout changes. */
function withoutPlaces(catalogue: CompiledCatalogue): string {
  const ofText = ['place', 'file', 'catalogueDigest']
  return JSON.stringify(catalogue.runbooks['acts']?.plan, (key, value: unknown) =>
    ofText.includes(key) ? null : value,
  )
}

const PRECEDES = `rules:
  - id: told-first
    text: Do not roll back before somebody was told.
    source: ours
    checks:
      - guards: [route.rollback, host.drain, host.undrain]
        after: [CAUSE]
    overridable: never
    next: tell
`
/** Half of the runbooks begin with what must come first. */
const FIRST: Readonly<Record<string, string>> = {
  'status.publish': '  - { id: first, do: platform.tell, with: { cause: other }, leaves: it stays }\n',
  'promotion.freeze': '  - { id: first, do: platform.freezePromotions, with: { lasts: 5m }, leaves: it stays }\n',
}
const BESIDE = `rules:
  - id: not-both
    text: Do not do both.
    source: ours
    checks:
      - forbid: [promotion.freeze]
        inRunsWith: [route.rollback]
    overridable: never
    next: do one of them
`
const READ_FIRST = `rules:
  - id: read-first
    text: Ask for the successor first.
    source: ours
    checks:
      - guards: [platform.artifactFit]
        after: [platform.successorOf]
    overridable: never
    next: ask for it
`

/** A failing runbook is shown as it was generated: to shrink one takes longer than to read it. */
const RUNS = { numRuns: 30, endOnFailure: true }

describe('a runbook of random steps', () => {
  test('is checked without an exception, and whatever is wrong stands at a place of its text', () => {
    fc.assert(
      fc.property(runbooks, fc.nat(), fc.nat(60), ({ text }, at, length) => {
        const from = at % text.length
        const torn = text.slice(0, from) + text.slice(from + length)
        for (const { span, message } of compiled({ text: torn }).diagnostics) {
          expect(message).not.toBe('')
          expect(span.start).toBeGreaterThanOrEqual(0)
        }
      }),
      RUNS,
    )
  })

  test('is the same Plan however it is laid out, and laid out twice it is laid out once', () => {
    fc.assert(
      fc.property(runbooks, ({ text }) => {
        const untidy = text.replaceAll('[', '[ ').replace('steps:\n', '# why\nsteps: # these\n\n\n')
        const tidy = formatYaml(untidy)
        expect(formatYaml(tidy)).toBe(tidy)
        expect(tidy).toContain('# why')
        expect(tidy).toContain('# these')
        expect(withoutPlaces(compiled({ text: tidy }))).toBe(withoutPlaces(compiled({ text })))
      }),
      { ...RUNS, numRuns: 15 },
    )
  })

  test('compiles to the same bytes again', () => {
    fc.assert(
      fc.property(runbooks, (generated) => {
        const [one, again] = [compiled(generated), compiled(generated)].map(({ runbooks: of }) => of['acts'])
        if (one === undefined || again === undefined) return
        expect(canonical(again.plan)).toBe(canonical(one.plan))
        expect(again.digest).toBe(one.digest)
      }),
      { ...RUNS, numRuns: 15 },
    )
  })

  test('comes to an end on any facts', async () => {
    await fc.assert(
      fc.asyncProperty(runbooks, circumstances, async (generated, at) => {
        const catalogue = compiled(generated)
        if (catalogue.runbooks['acts'] === undefined) return
        const { outcome, state, missing } = await carriedOut(catalogue, generated, at)
        expect(missing).toEqual([])
        expect(state.outcome).toEqual(outcome)
      }),
      RUNS,
    )
  })
})

describe('what `prove` calls settled holds in every run', () => {
  const settledIn = ({ runbooks: of }: CompiledCatalogue) =>
    (of['acts']?.plan.bindings ?? []).filter(({ verdict }) => verdict === 'settled').map(({ at }) => at)

  test.each(['status.publish', 'promotion.freeze'])('what comes after %s comes after it', async (cause) => {
    await fc.assert(
      fc.asyncProperty(runbooks, circumstances, async (generated, at) => {
        const begun = generated.text.replace('  - id: each\n', `${FIRST[cause] ?? ''}  - id: each\n`)
        const text = generated.ids.length % 2 === 0 ? begun : generated.text
        const catalogue = compiled({ text }, PRECEDES.replace('CAUSE', cause))
        const settled = settledIn(catalogue)
        if (settled.length === 0) return
        const { state } = await carriedOut(catalogue, generated, at)
        for (const entry of state.entries) {
          if (entry.kind !== 'effect' && entry.kind !== 'undo') continue
          const site = entry.step.replaceAll(/\.\d+(?=\.|-|$)/g, '')
          if (settled.includes(site)) expect(entry.result.status).not.toBe('denied')
        }
      }),
      RUNS,
    )
  })

  test('no run has both of what no path has both', async () => {
    await fc.assert(
      fc.asyncProperty(runbooks, circumstances, async (generated, at) => {
        const catalogue = compiled(generated, BESIDE)
        if (settledIn(catalogue).length === 0) return
        const rehearsed = await carriedOut(catalogue, generated, at)
        expect(denialsOf(rehearsed)).toEqual([])
      }),
      RUNS,
    )
  })

  test('no reading is taken before what must be read first, on the same subject', async () => {
    await fc.assert(
      fc.asyncProperty(runbooks, circumstances, async (generated, at) => {
        // In one step nothing comes surely before what does not depend on it.
        const apart = { ...generated, text: generated.text.replace('next, fit]', 'next]') }
        const catalogue = compiled(apart, READ_FIRST)
        if (catalogue.runbooks['acts'] === undefined) return
        const read = vi.spyOn(World.prototype, 'read')
        await carriedOut(catalogue, apart, at)
        const records = read.mock.results.map(({ value }) => value as FactRecord)
        read.mockRestore()
        const taken: FactRecord[] = []
        for (const record of records) {
          if (record.action === 'platform.artifactFit') expect(taken.some((one) => isBefore(one, record))).toBe(true)
          taken.push(record)
        }
      }),
      RUNS,
    )
  })
})

function isBefore(one: FactRecord, other: FactRecord): boolean {
  const types = { digest: { kind: 'digest' } } as const
  return (
    one.action === 'platform.successorOf' && sameSubject({ types, values: one.input }, { types, values: other.input })
  )
}
