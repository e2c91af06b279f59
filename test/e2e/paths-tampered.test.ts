import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Bag } from '../../evidence/bag-folder.ts'
import { crossCheck } from '../../evidence/cross-check.ts'
import { jsonBytes } from '../../evidence/digest.ts'
import { verify } from '../../evidence/verify.ts'
import type { Trust } from '../../evidence/trust.ts'
import type { VoteRecord } from '../../schemas/run.ts'
import { effectsOf } from '../support/paths.ts'
import { RichRuns } from '../support/rich-run.ts'
import { openSealed } from '../support/sealed.ts'
import type { Sealed } from '../support/sealed.ts'

let rich: RichRuns
let one: Sealed
let other: Sealed
let trust: Trust

beforeAll(async () => {
  rich = await RichRuns.open()
  const { installation } = rich.paths
  const runs = await Promise.all([rich.carryOut(), rich.carryOut()])
  ;[one, other] = (await Promise.all(runs.map(async (run) => openSealed(installation, run)))) as [Sealed, Sealed]
  trust = { ...one.trust, signers: rich.signers }
}, 240_000)
afterAll(async () => rich?.close())

/** Kinds of files of a bundle, each by its path. */
const KINDS: Readonly<Record<string, RegExp>> = {
  'bagit.txt': /^bagit\.txt$/,
  'bag-info.txt': /^bag-info\.txt$/,
  manifest: /^manifest-sha256\.txt$/,
  attestation: /^attestation\.sigstore\.json$/,
  run: /^data\/run\.json$/,
  plan: /^data\/plan\.json$/,
  trigger: /^data\/trigger\.json$/,
  steps: /^data\/steps\.jsonl$/,
  history: /^data\/temporal\/history\.json$/,
  activities: /^data\/temporal\/activities\.json$/,
  keys: /^data\/keys\/\w+\.pem$/,
  facts: /^data\/facts\/.+\.json$/,
  approvals: /^data\/approvals\/.+\.json$/,
  runbook: /^data\/runbook\/rich\.yaml$/,
  start: /^data\/effects\/started\.json$/,
  intents: /^data\/effects\/.+\.intent\.json$/,
  receipts: /^data\/effects\/.+\.receipt\.json$/,
  denials: /^data\/effects\/.+\.denial\.json$/,
  claims: /^data\/effects\/.+\.claim\.json$/,
  questions: /^data\/effects\/question-.+\.json$/,
  votes: /^data\/effects\/vote-.+\.json$/,
  'handed over': /^data\/effects\/continued-\d+\.json$/,
  'taken over': /^data\/effects\/claimed-\d+\.json$/,
}

const pathsOf = ({ bag }: Sealed, kind: RegExp) => [...bag.files.keys()].filter((path) => kind.test(path))

test('a run with one of each construct has every kind of file, and is verified', async () => {
  const { record, bag } = one
  const { verdict, checks, signed } = verify(bag, { trust, runId: record.admission.admission.runId })
  expect(checks.filter(({ ok }) => !ok)).toEqual([])
  expect(verdict).toBe('verified')
  expect(signed?.predicate).toMatchObject({ gaps: [], contradictions: [], outcome: 'blocked' })
  const routes = [0, 1, 2, 3].map((at) => `send.${at}`)
  const undone = [...routes, 'inner.send'].map((step) => `${step}-undo done`)
  const done = [...routes, 'inner.send', 'frozen', 'lift'].map((step) => `${step} done`)
  expect(effectsOf(record).sort()).toEqual([...done, ...undone, 'lift denied'].sort())
  for (const [kind, path] of Object.entries(KINDS)) expect(pathsOf(one, path), kind).not.toEqual([])
  const known = Object.values(KINDS)
  expect([...bag.files.keys()].filter((path) => !known.some((kind) => kind.test(path)))).toEqual([])
})

/** The bundle with other files in it. */
function withFiles({ bag }: Sealed, change: (files: Map<string, Buffer>) => unknown): Bag {
  const files = new Map(bag.files)
  change(files)
  return { files, odd: bag.odd }
}

/** What a change did must show: whatever is not verified is not believed. */
function expectFound(bag: Bag, what: string): void {
  const { verdict, checks } = verify(bag, { trust })
  expect(verdict, what).toBe('failed')
  expect(
    checks.some(({ ok }) => !ok),
    what,
  ).toBe(true)
}

function flipped(bytes: Buffer, at: number, bit: number): Buffer {
  const copy = Buffer.from(bytes)
  copy[at] = (copy[at] ?? 0) ^ (1 << bit)
  return copy
}

describe.each(Object.entries(KINDS))('in transit, files of the kind %s', (_kind, pattern) => {
  test('cannot be changed, dropped, doubled, or taken from another run', () => {
    const choice = fc.record({ nth: fc.nat(), at: fc.nat(), bit: fc.nat(7) })
    fc.assert(
      fc.property(choice, ({ nth, at, bit }) => {
        const paths = pathsOf(one, pattern)
        const path = paths[nth % paths.length] ?? ''
        const bytes = one.bag.files.get(path) ?? Buffer.alloc(0)
        const place = at % bytes.length
        expectFound(
          withFiles(one, (files) => files.set(path, flipped(bytes, place, bit))),
          `${path}, bit ${bit} of ${place}`,
        )
        expectFound(
          withFiles(one, (files) => files.set(path, bytes.subarray(0, place))),
          `${path}, cut at ${place}`,
        )
        expectFound(
          withFiles(one, (files) => files.delete(path)),
          `${path}, dropped`,
        )
        expectFound(
          withFiles(one, (files) => files.set(doubled(path), bytes)),
          `${path}, twice`,
        )
        const theirs = pathsOf(other, pattern)
        const foreign = other.bag.files.get(theirs[nth % theirs.length] ?? '') ?? Buffer.alloc(0)
        if (foreign.equals(bytes)) return
        expectFound(
          withFiles(one, (files) => files.set(path, foreign)),
          `${path}, of another run`,
        )
      }),
      { numRuns: 25 },
    )
  })
})

function doubled(path: string): string {
  return path.replace(/(\.\w+)?$/, '-2$1')
}

test('two files of a run cannot change places', () => {
  const paths = [...one.bag.files.keys()]
  const pick = fc.record({ a: fc.constantFrom(...paths), b: fc.constantFrom(...paths) })
  fc.assert(
    fc.property(pick, ({ a, b }) => {
      const [first, second] = [one.bag.files.get(a) ?? Buffer.alloc(0), one.bag.files.get(b) ?? Buffer.alloc(0)]
      fc.pre(!first.equals(second))
      expectFound(
        withFiles(one, (files) => files.set(a, second).set(b, first)),
        `${a} and ${b}`,
      )
    }),
    { numRuns: 50 },
  )
})

/** Takings over say when, by the worker's clock: nothing else has seen that moment. */
function isClock(name: string, bytes: Buffer, place: number): boolean {
  if (!name.startsWith('claimed-')) return false
  const found = /"at":"[^"]*"/.exec(bytes.toString('latin1'))
  return found !== null && place >= found.index && place < found.index + found[0].length
}

/** Records that lie in the intake before the sealing takes them. Without a start that fits the admission nothing is sealed. */
const INTAKE = Object.entries(KINDS).filter(([kind, pattern]) => pattern.source.includes('effects') && kind !== 'start')

describe.each(INTAKE)('before the sealing, records of the kind %s', (kind, pattern) => {
  const names = () => pathsOf(one, pattern).map((path) => path.replace('data/effects/', ''))

  /** The run as a sealing would find it, had somebody been at its intake. */
  function findings(change: (intake: Map<string, Buffer>) => unknown): string[] {
    const intake = new Map(one.record.intake)
    change(intake)
    const { gaps, contradictions } = crossCheck({ ...one.record, intake })
    return [...gaps, ...contradictions]
  }

  test('cannot be changed unseen', () => {
    fc.assert(
      fc.property(fc.nat(), fc.nat(), fc.nat(7), (nth, at, bit) => {
        const name = names()[nth % names().length] ?? ''
        const bytes = one.record.intake.get(name) ?? Buffer.alloc(0)
        const place = at % bytes.length
        fc.pre(!isClock(name, bytes, place))
        const found = findings((intake) => intake.set(name, flipped(bytes, place, bit)))
        expect(found, `${name}, bit ${bit} of ${place}`).not.toEqual([])
      }),
      { numRuns: 40 },
    )
  })

  test('cannot be dropped unseen', () => {
    for (const name of names())
      expect(
        findings((intake) => intake.delete(name)),
        `${kind}: ${name}`,
      ).not.toEqual([])
  })

  test('cannot be those of another run', () => {
    for (const name of names()) {
      const theirs = other.record.intake.get(name)
      if (theirs === undefined || theirs.equals(one.record.intake.get(name) ?? theirs)) continue
      expect(
        findings((intake) => intake.set(name, theirs)),
        `${kind}: ${name}`,
      ).not.toEqual([])
    }
  })
})

test('EV-13: when a vote came, and what was made of it, cannot be changed before the sealing: the run was told of that very record', () => {
  for (const path of pathsOf(one, KINDS.votes as RegExp)) {
    const name = path.replace('data/effects/', '')
    const bytes = one.record.intake.get(name) ?? Buffer.alloc(0)
    const record = JSON.parse(bytes.toString()) as VoteRecord
    const { receivedAt: _receivedAt, ...unreceived } = record
    const earlier = new Date(Date.parse(record.at) - 1).toISOString()
    const others = [unreceived, { ...record, at: earlier }, { ...record, receivedAt: earlier }, { ...record, more: 1 }]
    for (const other of others) {
      const intake = new Map(one.record.intake).set(name, jsonBytes(other))
      const { contradictions } = crossCheck({ ...one.record, intake })
      expect(contradictions).toEqual([
        expect.stringMatching(/^the record of the vote of entry \d+ is not the one that the run was told of$/),
      ])
    }
  }
})
