import type { ReadStep } from '../../../schemas/plan.ts'
import type { Fields } from '../shape/fields.ts'
import { compileExpectation } from './expectation.ts'
import { namesOf, readFactNames } from './frame.ts'
import type { Detail, Frame, Place } from './frame.ts'

/** Compiles a `read` step, with what it waits for. */
export function compileRead(fields: Fields, frame: Frame, place: Place): Detail {
  const reads = readFactNames(fields['read'], place)
  const expected = compileExpectation(fields, reads, place.bench)
  const plan: ReadStep = { ...frame, kind: 'read', facts: namesOf(reads), ...(expected && { expect: expected.expect }) }
  return { plan, needs: [], reads, expects: expected?.uses ?? [], bounds: expected?.bounds ?? [] }
}
