import type { FactRecord } from '../../../schemas/fact.ts'
import type { Plan } from '../../../schemas/plan.ts'
import { resolveOperands } from '../../core/operand.ts'
import type { Scope } from '../../core/scope.ts'
import type { PassReadings } from '../door/pass-readings.ts'

/** What could be read, and what could not be asked for yet. */
export interface ReadNow {
  readonly records: Readonly<Record<string, FactRecord>>
  readonly later: readonly string[]
}

/** Reads every fact whose inputs are known, then those that these make known, until nothing is added. */
export async function readNow(plan: Plan, scope: Scope, readings: PassReadings): Promise<ReadNow> {
  const records: Record<string, FactRecord> = {}
  for (;;) {
    const open = Object.entries(plan.facts).filter(([name]) => !Object.hasOwn(records, name))
    const ready = open.flatMap(([name, fact]) => {
      const resolved = resolveOperands(fact.with, { ...scope, records })
      return 'input' in resolved ? [{ name, fact, input: resolved.input }] : []
    })
    if (ready.length === 0) return { records, later: open.map(([name]) => name) }
    const read = ready.map(async ({ name, fact, input }) => [name, await readings.read(name, fact, input)] as const)
    Object.assign(records, Object.fromEntries(await Promise.all(read)))
  }
}
