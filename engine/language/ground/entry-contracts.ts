import type { Allowlist, HttpEntry, Part, ShellEntry } from '../../../schemas/allowlist.ts'
import type { Contract } from '../../../schemas/contract.ts'
import type { ObjectType, ValueType } from '../../../schemas/value-type.ts'

const SHELL_OUTPUT: ObjectType = {
  kind: 'object',
  fields: {
    exitCode: { kind: 'count' },
    stdout: { kind: 'text' },
    stderr: { kind: 'text' },
    truncated: { kind: 'bool' },
  },
}
const HTTP_OUTPUT: ObjectType = { kind: 'object', fields: { status: { kind: 'count' }, body: { kind: 'text' } } }

/** The contracts of an allowlist's entries, as the actions that are made from them have them. */
export function entryContracts(allowlist: Allowlist): Contract[] {
  return [
    ...allowlist.shell.map((entry) => contractOf(entry, { name: `shell.${entry.id}`, output: SHELL_OUTPUT })),
    ...allowlist.http.map((entry) => contractOf(entry, { name: `http.${entry.id}`, output: HTTP_OUTPUT })),
  ]
}

/** Is this the action of an allowlist's entry? Nobody can be asked afterwards what it did. */
export function isAllowlisted(action: string): boolean {
  return action.startsWith('shell.') || action.startsWith('http.')
}

/** What an entry does, for people. */
export function summaryOf(parts: readonly Part[]): string {
  return parts.map((part) => (typeof part === 'string' ? part : `{{${part.input}}}`)).join(' ')
}

function contractOf(entry: ShellEntry | HttpEntry, { name, output }: { name: string; output: ObjectType }): Contract {
  const fields = Object.fromEntries(
    Object.entries(entry.inputs).map(([input, { type }]): [string, ValueType] => [input, type]),
  )
  const frame = {
    name,
    summary: entry.summary ?? '',
    input: { kind: 'object', fields } as const,
    output: entry.output ?? output,
    timeoutMs: entry.timeoutMs,
  }
  if (Object.keys(entry.effects).length === 0) return { kind: 'reading', ...frame, authority: 'diagnostic' }
  return { kind: 'action', ...frame, effects: entry.effects }
}
