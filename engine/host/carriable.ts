import { canonical } from '../../schemas/canonical.ts'

/** Whether a value can be signed and recorded: what systems answer may hold broken text, of which there is no canonical form. */
export function isCarriable(value: unknown): boolean {
  try {
    canonical(value)
    return true
  } catch {
    return false
  }
}

/** What an error says, as text that can be recorded. */
export function messageOf(error: unknown, otherwise: string): string {
  return error instanceof Error ? error.message.toWellFormed() : otherwise
}
