import type { Config } from '../../host/config.ts'
import type { StateFolder } from '../../host/state-folder.ts'
import { failureOf } from '../failure.ts'

/** What a look at one part of an installation found. */
export interface Finding {
  readonly part: string
  /** `wrong`: something will not work; `note`: somebody should know. */
  readonly state: 'ok' | 'note' | 'wrong'
  readonly says: string
  /** The command, or the edit, that mends it. */
  readonly mend?: string
}

/** The installation that is looked at. */
export interface Patient {
  readonly folder: string
  readonly config: Config
  readonly state: StateFolder
}

/** Looks at one part; it mends nothing, and an error that it meets is a finding too. */
export interface Look {
  readonly part: string
  readonly look: (patient: Patient) => Promise<readonly Omit<Finding, 'part'>[]>
}

/** That all is well, with what was seen. */
export function ok(says: string): Omit<Finding, 'part'> {
  return { state: 'ok', says }
}

/** That something will not work, and what mends it. */
export function wrong(says: string, mend: string): Omit<Finding, 'part'> {
  return { state: 'wrong', says, mend }
}

/** That somebody should know, and what can be done. */
export function note(says: string, mend: string): Omit<Finding, 'part'> {
  return { state: 'note', says, mend }
}

/** An error as a finding: ours have a hint of their own. */
export function findingOf(error: unknown): Omit<Finding, 'part'> {
  const { message, hint = 'run the command again with --debug' } = failureOf(error)
  return wrong(message, hint)
}
