/**
 * The types of the runbook language (language.md 3), as data: in contracts, in the Plan and in diagnostics.
 *
 * JSON carries them so: `duration` an integer of milliseconds, `ratio` a number (0.005 is 0.5 %), `time` an RFC 3339
 * text with offset, `epoch`, `sequence` and `count` integers, `digest` the text `sha256:<64 hex>`, ids, enums and
 * versions text. An `optional` value is absent or the inner value; there is no null.
 */
export type ValueType =
  | { readonly kind: ScalarKind }
  | { readonly kind: 'time'; readonly clock: string }
  | { readonly kind: 'id'; readonly of: string }
  | { readonly kind: 'enum'; readonly of: string; readonly words: readonly string[] }
  | { readonly kind: 'optional'; readonly inner: ValueType }
  | { readonly kind: 'list'; readonly item: ValueType }
  | ObjectType

/** Types that need no parameter. */
export type ScalarKind =
  'bool' | 'text' | 'count' | 'ratio' | 'duration' | 'digest' | 'epoch' | 'version' | 'sequence' | 'secretRef'

/** An object with named fields; every field that is not optional must be present. */
export interface ObjectType {
  readonly kind: 'object'
  readonly fields: Readonly<Record<string, ValueType>>
}

/** How a content digest is written. */
export const DIGEST = /^sha256:[0-9a-f]{64}$/

/** How the id of an object is written. It is also a segment of paths: none that is empty, `.` or `..`. */
export const OBJECT_ID = /^(?!.*(?:^|\/)\.{0,2}(?:\/|$))[A-Za-z0-9][A-Za-z0-9._:/-]{0,127}$/
