import type { FactRecord } from '../../schemas/fact.ts'
import type { FactPlan, ReadStep } from '../../schemas/plan.ts'
import type { AttestedFact } from '../../schemas/run.ts'
import { expectation } from './expect.ts'
import { resolveOperands } from './operand.ts'
import { noteTaken } from './grounds.ts'
import { activityId, instanceOf } from './run.ts'
import type { Ended, Run } from './run.ts'
import { attestedFacts, scopeOf } from './seen.ts'

/** Reads a step's facts, once or until its expectation holds. */
export async function readStep(run: Run, step: ReadStep): Promise<Ended> {
  const instance = instanceOf(run, step.id)
  if (step.expect !== undefined) return expectation(run, instance, { expected: step.expect })
  for (const reading of await readFacts(run, instance, step.facts)) noteReading(run, instance, reading)
  return { result: 'done' }
}

/** Reads facts side by side, those that name another one after it. */
export async function readFacts(run: Run, step: string, names: readonly string[]): Promise<AttestedFact[]> {
  const read: AttestedFact[] = []
  for (const layer of layersOf(names, run.plan.facts)) {
    read.push(...(await Promise.all(layer.map(async (name) => readFact(run, step, name)))))
  }
  return read
}

function noteReading(run: Run, step: string, { record, activity }: AttestedFact): void {
  run.ledger.enter({
    kind: 'reading',
    step,
    fact: record.fact,
    activity,
    known: record.unknown === undefined,
    ...detailOf(record),
  })
}

/** Groups facts so that each stands behind those of the same step that its inputs name. */
export function layersOf(names: readonly string[], facts: Readonly<Record<string, FactPlan>>): string[][] {
  const layers: string[][] = []
  let rest = [...names]
  while (rest.length > 0) {
    const ready = rest.filter((name) => !(facts[name]?.after ?? []).some((other) => rest.includes(other)))
    if (ready.length === 0) throw new Error(`facts wait for each other: ${rest.join(', ')}`)
    layers.push(ready)
    rest = rest.filter((name) => !ready.includes(name))
  }
  return layers
}

async function readFact(run: Run, step: string, name: string): Promise<AttestedFact> {
  const fact = run.plan.facts[name]
  if (fact === undefined) throw new Error(`the Plan has no fact \`${name}\``)
  const activity = activityId(run, `${step}.${name}`)
  const resolved = resolveOperands(fact.with, scopeOf(run))
  // As its inputs see them now: what is read meanwhile is none of its own.
  const sources = attestedFacts(run, fact.after)
  const taken =
    'unknown' in resolved
      ? unread(name, fact, resolved.unknown)
      : await run.ports.read({ step, fact: name, action: fact.action, activity, input: resolved.input })
  const reading = fact.after.length === 0 || taken.signature === '' ? taken : { ...taken, from: sources }
  run.records.set(name, reading)
  noteTaken(run, reading)
  run.ledger.fact(`${run.prefix}${name}`, reading.record)
  return reading
}

/** A fact whose inputs are unknown cannot be read: it is unknown itself, and nobody attests it. */
function unread(name: string, fact: FactPlan, detail: string): AttestedFact {
  const record: FactRecord = {
    fact: name,
    action: fact.action,
    input: {},
    authority: 'diagnostic',
    unknown: { reason: 'unread', detail },
    roundTrip: false,
    source: 'not read',
    readAt: '',
  }
  return { record, activity: '', keyid: '', signature: '' }
}

function detailOf(record: FactRecord): { detail: string } | object {
  return record.unknown === undefined ? {} : { detail: `${record.unknown.reason}: ${record.unknown.detail}` }
}
