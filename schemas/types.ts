import { z } from 'zod'
import { DIGEST, OBJECT_ID } from './value-type.ts'

/**
 * The types of the runbook language as zod schemas, for inputs and outputs of actions.
 * Each carries `x-type`, which travels through JSON Schema into the checker.
 */

const typed = <S extends z.ZodType>(schema: S, type: string): S => schema.meta({ 'x-type': type })

/** Truth. */
export const bool = () => typed(z.boolean(), 'bool')
/** Free text; never decides anything. */
export const text = () => typed(z.string(), 'text')
/** A whole number of things. */
export const count = () => typed(z.int().min(0), 'count')
/** A share; 0.005 is 0.5 %. NaN and infinities are refused. */
export const ratio = () => typed(z.number(), 'ratio')
/** Milliseconds, whole. */
export const duration = () => typed(z.int().min(0), 'duration')
/** A content digest: `sha256:` and 64 hexadecimal digits. */
export const digest = () => typed(z.string().regex(DIGEST, 'expected sha256:<64 hex>'), 'digest')
/** The generation of a record that is changed by compare-and-swap. */
export const epoch = () => typed(z.int().min(0), 'epoch')
/** An opaque version that can only be compared for equality. */
export const version = () => typed(z.string().min(1), 'version')
/** A position in an ordered stream. */
export const sequence = () => typed(z.int().min(0), 'sequence')
/** A moment, RFC 3339 with offset, on the named clock; moments of two clocks cannot be compared. */
export const time = (clock: string) => typed(z.iso.datetime({ offset: true }), `time@${clock}`)
/** The id of a platform object, such as an environment, an app or a host. */
export const id = (of: string) => typed(z.string().regex(OBJECT_ID, `expected the id of one ${of}`), `id:${of}`)
/** One of a closed set of words. */
export const oneOf = <const W extends readonly [string, ...string[]]>(name: string, words: W) =>
  typed(z.enum(words), `enum:${name}`)
/** A reference to a secret; the value itself is never carried. */
export const secretRef = () => typed(z.strictObject({ secret: z.string() }), 'secretRef')
