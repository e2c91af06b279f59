import { describe, expect, test } from 'vitest'
import { carryOut } from '../../engine/core/carry-out.ts'
import { Ledger } from '../../engine/core/ledger.ts'
import type { LedgerSoFar } from '../../engine/core/ledger.ts'
import { Elsewhere } from '../../engine/core/ports.ts'
import { openRun } from '../../engine/core/run.ts'
import type { Run } from '../../engine/core/run.ts'
import { SNAPSHOT_VERSION, TAKING_BACK_VERSION, freeze, restoreRun, snapshotOf } from '../../engine/core/snapshot.ts'
import type { JsonObject } from '../../schemas/json.ts'
import type { Plan } from '../../schemas/plan.ts'
import type { Outcome, RunEntry } from '../../schemas/run.ts'
import { block, call, callee, calling, each, newPlan, undo } from './nested.ts'
import { act, read } from './plans.ts'
import { ADMISSION, Recorder, denied, failed, owner, whole } from './recorded.ts'
import type { Script } from './recorded.ts'

const edges = { owner: [owner(7)], edges: [whole(1, 2, 3, 4, 5)] }
const item = { epoch: { path: ['edge', 'epoch'] } }
const PLAN = newPlan([
  read('look', ['edges']),
  act('alone', { undo }),
  block('perEdge', [act('roll', { with: item, undo: { ...undo, with: item } }), act('stays')], each()),
  act('last'),
])
const STOPS: Script = { facts: edges, effects: { last: [failed] } }

interface Paces {
  /** So many steps are taken back in each execution. */
  readonly undosEach?: number
  /** So many steps, and then there is no room left for any. */
  readonly room?: number
}

interface Course {
  readonly outcome: Outcome
  readonly log: readonly string[]
  readonly entries: readonly RunEntry[]
  readonly versions: readonly unknown[]
  /** What each execution handed over of what was done. */
  readonly handed: readonly (readonly string[])[]
}

/** Carries a run out that moves also while it takes back, as Temporal would carry it: as JSON. */
async function course(plan: Plan, script: Script, { undosEach = Infinity, room = Infinity }: Paces): Promise<Course> {
  const recorder = new Recorder(script)
  let [undone, all] = [0, 0]
  const undoPace = (canMove: boolean) => {
    if (canMove && undone >= undosEach) return 'elsewhere' as const
    undone += 1
    all += 1
    return all > room ? ('full' as const) : ('go' as const)
  }
  const ports = { ...recorder.ports(), undoPace }
  const [entries, versions, handed]: [RunEntry[], unknown[], string[][]] = [[], [], []]
  let ledger = ledgerOf(plan, recorder)
  let run: Run = openRun(plan, ADMISSION, { ports, ledger })
  for (let number = 1; ; number += 1) {
    try {
      const outcome = await carryOut(run)
      return { outcome, log: recorder.log, entries: [...entries, ...ledger.state().entries], versions, handed }
    } catch (error) {
      if (!(error instanceof Elsewhere)) throw error
    }
    const kept = ledger.state().entries
    entries.push(...kept)
    const along = {
      state: snapshotOf(run, number),
      before: ledger.soFar(kept.length),
      values: freeze(run.whole.completed),
    }
    const { state, before, values } = JSON.parse(JSON.stringify(along)) as JsonAlong
    versions.push(state['version'])
    handed.push((values as unknown as { completed: { step: string }[] }).completed.map(({ step }) => step))
    recorder.move(values)
    undone = 0
    ledger = ledgerOf(plan, recorder, before)
    run = restoreRun(plan, ADMISSION, { ports, ledger, state })
  }
}

interface JsonAlong {
  readonly state: JsonObject
  readonly before: LedgerSoFar
  readonly values: JsonObject
}

function ledgerOf(plan: Plan, recorder: Recorder, before?: LedgerSoFar): Ledger {
  const now = () => new Date(recorder.nowMs).toISOString()
  return new Ledger(plan, ADMISSION, { now, changed: () => undefined, ...(before === undefined ? {} : { before }) })
}

const told = (entries: readonly RunEntry[]) => entries.map(({ seq: _seq, at: _at, ...entry }) => entry)

describe('G24: a run that moves while it takes back what it did', () => {
  const paces = [1, 2, 3].flatMap((undosEach) => [Infinity, 2, 5].map((stepsEach) => ({ undosEach, stepsEach })))

  test.each(paces)('does, tells and ends as if it had not moved (%j)', async ({ undosEach, stepsEach }) => {
    const still = await course(PLAN, STOPS, {})
    const moved = await course(PLAN, { ...STOPS, stepsEach }, { undosEach })
    expect(moved.outcome).toEqual(still.outcome)
    expect(moved.log).toEqual(still.log)
    expect(told(moved.entries)).toEqual(told(still.entries))
    expect(moved.entries.map(({ seq }) => seq)).toEqual(moved.entries.map((_, at) => at))
    expect(moved.versions.filter((version) => version === TAKING_BACK_VERSION).length).toBeGreaterThan(0)
  })

  test('takes along only what still stands', async () => {
    const { handed, versions } = await course(PLAN, STOPS, { undosEach: 4 })
    expect(versions).toEqual([TAKING_BACK_VERSION])
    expect(handed).toEqual([['alone', 'roll.0', 'stays.0', 'stays.1', 'stays.2', 'stays.3', 'stays.4']])
  })

  test('goes forward in the form that every interpreter knows', async () => {
    const { versions } = await course(PLAN, { facts: edges, stepsEach: 3 }, { undosEach: 1 })
    expect(new Set(versions)).toEqual(new Set([SNAPSHOT_VERSION]))
  })

  test('remembers what could not be taken back', async () => {
    const script: Script = { ...STOPS, effects: { last: [failed], 'roll.3-undo': [denied('keep-quorum')] } }
    const { outcome } = await course(PLAN, script, { undosEach: 1 })
    expect(outcome.message).toContain('not taken back: roll.3')
    expect(outcome.left.map(({ step }) => step)).toContain('roll.3')
    expect(outcome).toEqual((await course(PLAN, script, {})).outcome)
  })

  test('ends, where there is no room for more, and names all that stays', async () => {
    const { outcome, log, entries } = await course(PLAN, STOPS, { room: 2 })
    expect(log.filter((line) => line.endsWith('-undo'))).toEqual(['do roll.4-undo', 'do roll.3-undo'])
    expect(outcome.message).toMatch(/not taken back: alone, roll\.0, roll\.1, roll\.2$/)
    expect(outcome.left.map(({ step }) => step)).toEqual(
      expect.arrayContaining(['alone', 'roll.0', 'roll.1', 'roll.2']),
    )
    const undos = entries.flatMap((entry) => (entry.kind === 'undo' ? [`${entry.step} ${entry.result.status}`] : []))
    expect(undos).toEqual(['roll.4-undo done', 'roll.3-undo done', 'roll.2-undo failed'])
  })

  test('says so of what earlier executions did as well, without looking it up', async () => {
    const { outcome } = await course(PLAN, { ...STOPS, stepsEach: 5 }, { room: 0 })
    expect(outcome.as).toBe('failed-unsafe')
    expect(outcome.message).toMatch(/not taken back: what executions 1, 2 did, roll\.4$/)
  })

  test('so does what a called runbook did, and the run goes on as if it had not moved', async () => {
    const drain = callee('drain', [read('look', ['edges']), act('cordon', { ...each(), undo }), act('last')])
    const steps = [
      read('look', ['edges']),
      call('empty', drain, { ...each(undefined, 2), continueOn: ['failed'] }),
      act('end'),
    ]
    const plan = calling(steps, [drain])
    const script: Script = {
      facts: edges,
      effects: Object.fromEntries([0, 1, 2, 3, 4].map((at) => [`empty.${at}.last`, [failed]])),
    }
    const still = await course(plan, script, {})
    for (const undosEach of [1, 2, 4]) {
      const moved = await course(plan, { ...script, stepsEach: 30 }, { undosEach })
      expect(moved.outcome).toEqual(still.outcome)
      expect([...moved.log].sort()).toEqual([...still.log].sort())
      expect(moved.versions).toContain(TAKING_BACK_VERSION)
    }
  })
})
