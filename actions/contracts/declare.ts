import type { z } from 'zod'
import type { ActionContract, Authority, ReadingContract } from '../../schemas/contract.ts'
import type { Json } from '../../schemas/json.ts'
import { contractOf } from '../contract.ts'

/** A reading that runbooks and rules may name, and that no worker can take yet. */
export interface DeclaredReading {
  /** `<system>.<noun>` */
  readonly name: string
  readonly summary: string
  /** Absent: `authoritative`. */
  readonly authority?: Authority
  readonly input: z.ZodObject
  readonly output: z.ZodObject
}

/** An action that runbooks may name, and that no worker can carry out yet. */
export interface DeclaredAction<I extends z.ZodObject> {
  /** `<system>.<verb>` */
  readonly name: string
  readonly summary: string
  readonly input: I
  readonly output: z.ZodObject
  /** Effect name → for each field of the effect's target, the input that fills it, or what it always is. */
  readonly effects: Readonly<Record<string, Readonly<Record<string, (string & keyof z.infer<I>) | { literal: Json }>>>>
  readonly premise?: { readonly input: string & keyof z.infer<I>; readonly reading: string; readonly field: string }
}

const TIMEOUT_MS = { reading: 10_000, action: 30_000 }

/** The contract of a reading whose adapter does not exist yet: a run that needs it is refused at its admission. */
export function declareReading({ authority = 'authoritative', ...reading }: DeclaredReading): ReadingContract {
  return contractOf({ kind: 'reading', authority, timeoutMs: TIMEOUT_MS.reading, ...reading })
}

/** The contract of an action whose adapter does not exist yet: a run that needs it is refused at its admission. */
export function declareAction<I extends z.ZodObject>(action: DeclaredAction<I>): ActionContract {
  return contractOf({ kind: 'action', timeoutMs: TIMEOUT_MS.action, ...action })
}
