import type { Contract } from '../../schemas/contract.ts'
import type { ValueType } from '../../schemas/value-type.ts'
import { runType } from '../core/variables.ts'
import type { Effects } from './ground/effects.ts'
import type { Policy, Role } from './ground/policy.ts'
import type { TypeTable } from './type-table.ts'

/** Everything that runbooks and rules of one catalogue stand on. */
export interface World {
  readonly contracts: ReadonlyMap<string, Contract>
  readonly types: TypeTable
  readonly effects: Effects
  readonly policy: ReadonlyMap<string, Policy>
  readonly roles: ReadonlyMap<string, Role>
  /** Effects that some action of this installation has, with everything above them. */
  readonly possible: ReadonlySet<string>
  /** Types of the roots that are the same everywhere: `policy` and `run`. */
  readonly roots: { readonly policy: ValueType; readonly run: ValueType }
}

/** The types of `policy` and `run`. The effects are words, so that a misspelt one is found. */
export function rootsOf(policy: ReadonlyMap<string, Policy>, effects: Effects): World['roots'] {
  const words = [...effects.byName.keys()].sort()
  return {
    policy: { kind: 'object', fields: Object.fromEntries([...policy].map(([name, { type }]) => [name, type])) },
    run: runType({ kind: 'enum', of: 'effect', words }),
  }
}
