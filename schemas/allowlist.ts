import type { ObjectType, ValueType } from './value-type.ts'

/**
 * The operator's allowlist (G19): the only commands and requests that a runbook can name beside the typed actions.
 * The entry, not the runbook, fixes what is run and which effects it has. Each entry is the action `shell.<id>` or
 * `http.<id>`, or, without effects, the reading of that name.
 */
export interface Allowlist {
  readonly shell: readonly ShellEntry[]
  readonly http: readonly HttpEntry[]
}

/** What every entry says. */
interface Entry {
  /** kebab-case; the second half of the action's name. */
  readonly id: string
  readonly summary?: string
  /** The inputs of the action, by name. */
  readonly inputs: Readonly<Record<string, AllowedInput>>
  readonly timeoutMs: number
  /** As in a contract: effect name → target field → input. Empty for what changes nothing. */
  readonly effects: Readonly<Record<string, Readonly<Record<string, string>>>>
  /** Standard output or the answer's body is JSON of this shape. Without it: text, which decides nothing. */
  readonly output?: ObjectType
}

/** One input of an entry. */
export interface AllowedInput {
  readonly type: ValueType
  /** A regular expression that the whole text matches. Only where it begins with `-` may the text begin with `-`. */
  readonly pattern?: string
}

/** A part of a command or a path: fixed text, or one whole argument or path segment that an input fills. */
export type Part = string | { readonly input: string }

/** A program with its arguments. No shell is involved. */
export interface ShellEntry extends Entry {
  /** The program: a bare name, looked up in the system's folders, or an absolute path. */
  readonly program: string
  readonly args: readonly Part[]
  /** The variables of the process, beside a fixed `PATH` and `LC_ALL`. */
  readonly env?: Readonly<Record<string, string>>
  /** The operating system's user as whom it runs; without it, the worker's own. */
  readonly user?: { readonly uid: number; readonly gid: number }
}

/** A request. Inputs that the path does not name are the JSON body of `POST` and `PUT`. */
export interface HttpEntry extends Entry {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE'
  /** `https://status.example`: scheme, host and port, fixed. */
  readonly origin: string
  /** Path segments, without slashes. */
  readonly path: readonly Part[]
  /** The query, fixed: `a=b&c=d`. */
  readonly query?: string
  /** May the host be on this machine or in a private network (G32)? */
  readonly allowPrivate?: boolean
}
