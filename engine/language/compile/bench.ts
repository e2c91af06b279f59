import type { ReadingContract } from '../../../schemas/contract.ts'
import type { Span } from '../../../schemas/diagnostic.ts'
import type { Place } from '../../../schemas/plan.ts'
import type { ValueType } from '../../../schemas/value-type.ts'
import type { Variables } from '../../core/cel.ts'
import { placeOf } from '../../diagnostics/place.ts'
import type { Lines } from '../../diagnostics/place.ts'
import type { Report } from '../report.ts'
import type { World } from '../world.ts'

/** What expressions and inputs of one runbook or rule check are compiled against. */
export interface Bench {
  readonly report: Report
  readonly world: World
  readonly lines: Lines
  readonly variables: Variables
  /** The readings behind those of them that are facts, by name: other things may have an output of the same shape. */
  readonly readings: ReadonlyMap<string, ReadingContract>
  /** Where ids are filled in from: `inputs` of a runbook, `target` of a rule. */
  readonly fill: { readonly root: 'inputs' | 'target'; readonly fields: Readonly<Record<string, ValueType>> }
  /** Items of the loops around, the innermost first: ids are filled in from these before anything else. */
  readonly items?: readonly LoopItem[]
  /** List facts for which an empty list is a value. */
  readonly mayBeEmpty: ReadonlySet<string>
}

/** The item of a loop, as expressions inside it can name it. */
export interface LoopItem {
  readonly name: string
  readonly type: ValueType
  /** The path of the list, for what stands inside the loop. */
  readonly list?: readonly string[]
}

/** A path that an expression or input uses, with its place. */
export interface Use {
  readonly path: readonly string[]
  readonly span: Span
}

/** Where a span begins, for people. */
export function placeAt(bench: Pick<Bench, 'lines'>, span: Span): Place {
  return placeOf(span.file, bench.lines, span.start)
}

/** The roots of paths, each once. */
export function rootsUsed(uses: readonly Use[]): Set<string> {
  return new Set(uses.flatMap(({ path: [root] }) => root ?? []))
}
