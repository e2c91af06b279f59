import type { JsonObject } from '../../../schemas/json.ts'

/** What is observed where the receipts of a run cannot be read. */
export const UNREADABLE: JsonObject = { 'run.effects': { unknown: 'the receipts of this run cannot be read' } }
