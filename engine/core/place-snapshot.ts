import type { Json, JsonObject } from '../../schemas/json.ts'
import type { Facts } from './facts-once.ts'
import { placeInside, placeOfCallee } from './run.ts'
import type { Ended, Run, Stop } from './run.ts'
import type { Wait } from './wait.ts'

type Numbers = Readonly<Record<string, number>>

/** A place of a run as data, with the places inside it that are under way. */
export interface KeptPlace {
  readonly results: Readonly<Record<string, string>>
  readonly outputs: JsonObject
  readonly records: Numbers
  readonly bases: Readonly<Record<string, Numbers>>
  readonly lists: Readonly<Record<string, Numbers>>
  readonly loops: Readonly<Record<string, { next: number; open: readonly number[]; stopped?: Ended }>>
  /** Absent in snapshots of version 1. */
  readonly waits?: Readonly<Record<string, Wait>>
  readonly inside: readonly (readonly [string, Entry, KeptPlace])[]
  /** What has stopped it; only in snapshots of runs that are taking back what they did. */
  readonly stopped?: Stop
}

/** How a place is entered from the one around it. */
type Entry =
  | { readonly kind: 'call'; readonly runbook: string; readonly inputs: JsonObject }
  | { readonly kind: 'block' }
  | { readonly kind: 'item'; readonly index: number; readonly name: string; readonly value: Json }

/** A place as data. */
export function takePlace(run: Run, facts: Facts): KeptPlace {
  const loops = [...run.loops].map(([id, { next, open, stopped }]) => {
    return [id, { next, open: [...open], ...(stopped === undefined ? {} : { stopped }) }] as const
  })
  return {
    results: Object.fromEntries(run.results),
    outputs: Object.fromEntries(run.outputs),
    records: facts.atAll(Object.fromEntries(run.records)),
    bases: numbered(run.bases, facts),
    lists: numbered(run.lists, facts),
    loops: Object.fromEntries(loops),
    waits: Object.fromEntries([...run.waits].map(([instance, wait]) => [instance, copyOf(wait)])),
    inside: [...run.inside].map(([key, place]) => [key, entryOf(run, place), takePlace(place, facts)] as const),
    ...(run.stopped === undefined ? {} : { stopped: run.stopped }),
  }
}

function copyOf(wait: Wait): Wait {
  return wait.kind === 'question' ? { ...wait, answers: [...wait.answers] } : { ...wait }
}

function numbered(kept: Run['bases'], facts: Facts): Record<string, Numbers> {
  return Object.fromEntries([...kept].map(([instance, basis]) => [instance, facts.atAll(basis)]))
}

function entryOf(run: Run, { caller, plan, inputs, item, indices }: Run): Entry {
  if (caller === run) return { kind: 'call', runbook: plan.runbook.id, inputs }
  if (indices === run.indices || item === undefined) return { kind: 'block' }
  return { kind: 'item', index: Number(indices.slice(run.indices.length + 1)), ...item }
}

/** The place that was made data, in the place around it. */
export function placeOf(run: Run, kept: KeptPlace, facts: Facts): Run {
  for (const [step, result] of Object.entries(kept.results)) run.results.set(step, result)
  for (const [step, output] of Object.entries(kept.outputs)) run.outputs.set(step, output)
  for (const [name, at] of Object.entries(kept.records)) run.records.set(name, facts.get(at))
  for (const [instance, basis] of Object.entries(kept.bases)) run.bases.set(instance, facts.getAll(basis))
  for (const [instance, basis] of Object.entries(kept.lists)) run.lists.set(instance, facts.getAll(basis))
  for (const [step, loop] of Object.entries(kept.loops)) run.loops.set(step, { ...loop, open: new Set(loop.open) })
  for (const [instance, wait] of Object.entries(kept.waits ?? {})) run.waits.set(instance, copyOf(wait))
  run.stopped = kept.stopped
  for (const [key, entry, place] of kept.inside) run.inside.set(key, placeOf(enter(run, key, entry), place, facts))
  return run
}

function enter(run: Run, key: string, entry: Entry): Run {
  switch (entry.kind) {
    case 'block':
      return placeInside(run, undefined)
    case 'item':
      return placeInside(run, entry.index, { name: entry.name, value: entry.value })
    case 'call':
      return placeOfCallee(run, { plan: calleeOf(run, entry.runbook), inputs: entry.inputs, instance: key })
  }
}

function calleeOf(run: Run, runbook: string): Run['plan'] {
  const plan = run.plan.callees?.[runbook]
  if (plan === undefined) throw new Error(`the Plan has no callee \`${runbook}\``)
  return plan
}
