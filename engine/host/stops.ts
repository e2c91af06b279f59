import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { randomUUID } from 'node:crypto'
import { z } from 'zod'
import { createFile } from '../../evidence/disk.ts'
import { readSmallFile } from '../../evidence/small-file.ts'
import { makeFolders } from './state-folder.ts'

const scopeSchema = z.strictObject({
  run: z.string().optional(),
  environment: z.string().optional(),
  effect: z.string().optional(),
})

const stopSchema = z.strictObject({
  id: z.string(),
  scope: scopeSchema,
  reason: z.string(),
  by: z.string(),
  at: z.string(),
})

/** What an emergency stop covers; an empty scope covers everything. */
export type StopScope = z.infer<typeof scopeSchema>
/** An emergency stop in force (guards.md 1): it binds every effect, until it is released with a reason. */
export type Stop = z.infer<typeof stopSchema>

/**
 * The emergency stops of one installation: a file each; a release is kept beside it. Their folder is made here, so that one that
 * is gone later does not look like one without stops.
 */
export class StopSwitch {
  readonly #folder: string

  constructor(folder: string) {
    makeFolders(folder)
    this.#folder = folder
  }

  /** Puts a stop in force; it holds at the next effect of every run in its scope. */
  async stop(stop: Omit<Stop, 'id' | 'at'>): Promise<Stop> {
    const made = stopSchema.parse({ ...stop, id: `stop-${randomUUID().slice(0, 8)}`, at: new Date().toISOString() })
    await this.#write(`${made.id}.json`, made)
    return made
  }

  /** Ends a stop; who released it and why stays on record. Answers false where there is no such stop in force. */
  async release(id: string, release: { readonly reason: string; readonly by: string }): Promise<boolean> {
    const held = (await this.inForce()).some((stop) => stop.id === id)
    if (held) await this.#write(`${id}.released.json`, { ...release, at: new Date().toISOString() })
    return held
  }

  /** All stops in force. Throws where nobody can say: the door then denies. */
  async inForce(): Promise<Stop[]> {
    // Asked twice in each pass: the way to another thread and back takes longer than the list.
    const names = readdirSync(this.#folder)
    const released = new Set(
      names.filter((name) => name.endsWith('.released.json')).map((name) => name.replace('.released.json', '.json')),
    )
    const held = names.filter(
      (name) => name.endsWith('.json') && !name.endsWith('.released.json') && !released.has(name),
    )
    return held.map((name) => stopSchema.parse(JSON.parse(readSmallFile(join(this.#folder, name)).toString('utf8'))))
  }

  async #write(name: string, value: unknown): Promise<void> {
    const bytes = Buffer.from(`${JSON.stringify(value, null, 2)}\n`)
    await createFile(join(this.#folder, name), bytes, { scratch: this.#folder })
  }
}

/** What may be stopped: an effect of a run, about some environments. */
interface Stoppable {
  readonly run: string
  readonly environments: readonly string[]
  readonly lineage: readonly string[]
}

/** Does this stop cover that effect? Every field that the scope names must match; an effect that names no environment is in all. */
export function covers({ scope }: Stop, { run, environments, lineage }: Stoppable): boolean {
  const elsewhere = environments.length > 0 && !environments.some((name) => name === scope.environment)
  if (scope.run !== undefined && scope.run !== run) return false
  if (scope.environment !== undefined && elsewhere) return false
  return scope.effect === undefined || lineage.includes(scope.effect)
}
