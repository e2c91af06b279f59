import type { FileKind } from '../files.ts'
import { ALLOWLIST } from './allowlist.ts'
import { CALENDAR } from './calendar.ts'
import { EFFECTS_FILE } from './effects.ts'
import { POLICY } from './policy.ts'
import { RECORDED } from './recorded.ts'
import { RULES } from './rules.ts'
import { RUNBOOK } from './runbook.ts'
import { SCENARIO } from './scenario.ts'
import type { Schema } from './schema.ts'

export type { Schema } from './schema.ts'

/** A kind of file that has a schema, with the place where such files lie in a catalogue. */
export interface SchemaEntry {
  readonly files: string
  readonly schema: Schema
}

/**
 * JSON Schema of every kind of file, for editors. What the checker takes, a schema takes; a schema refuses what is wrong with
 * the shape of a file, and leaves what its words mean to the checker.
 */
export const SCHEMAS: Readonly<Record<FileKind, SchemaEntry>> = {
  runbook: { files: '*.yaml', schema: RUNBOOK },
  rules: { files: 'rules/*.yaml', schema: RULES },
  policy: { files: 'policy.yaml', schema: POLICY },
  effects: { files: 'effects.yaml', schema: EFFECTS_FILE },
  allowlist: { files: 'allowlist.yaml', schema: ALLOWLIST },
  calendar: { files: 'calendar.yaml', schema: CALENDAR },
  scenario: { files: 'scenarios/*.yaml', schema: SCENARIO },
  recorded: { files: 'recorded/*.yaml', schema: RECORDED },
}

/** The text of a schema, as it is printed and kept. */
export function schemaText({ schema }: SchemaEntry): string {
  return `${JSON.stringify({ $schema: 'https://json-schema.org/draft/2020-12/schema', ...schema }, null, 2)}\n`
}
