import { mkdir, readFile, readdir, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { randomUUID } from 'node:crypto'
import { z } from 'zod'

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

/** The emergency stops of one installation: a file each; a release is kept beside it. */
export class StopSwitch {
  readonly #folder: string

  constructor(folder: string) {
    this.#folder = folder
  }

  /** Puts a stop in force; it holds at the next effect of every run in its scope. */
  async stop(stop: Omit<Stop, 'id' | 'at'>): Promise<Stop> {
    await mkdir(this.#folder, { recursive: true, mode: 0o700 })
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
    const names = await readdir(this.#folder).catch(noneYet)
    const released = new Set(
      names.filter((name) => name.endsWith('.released.json')).map((name) => name.replace('.released.json', '.json')),
    )
    const held = names.filter(
      (name) => name.endsWith('.json') && !name.endsWith('.released.json') && !released.has(name),
    )
    return Promise.all(
      held.map(async (name) => stopSchema.parse(JSON.parse(await readFile(join(this.#folder, name), 'utf8')))),
    )
  }

  async #write(name: string, value: unknown): Promise<void> {
    const draft = join(this.#folder, `.${name}.${process.pid}`)
    await writeFile(draft, `${JSON.stringify(value, null, 2)}\n`, { mode: 0o600, flush: true })
    await rename(draft, join(this.#folder, name))
  }
}

function noneYet(error: NodeJS.ErrnoException): string[] {
  if (error.code === 'ENOENT') return []
  throw error
}

/** Does this stop cover that effect? Every field that the scope names must match. */
export function covers(
  { scope }: Stop,
  effect: { readonly run: string; readonly environment: string | undefined; readonly lineage: readonly string[] },
): boolean {
  if (scope.run !== undefined && scope.run !== effect.run) return false
  if (scope.environment !== undefined && scope.environment !== effect.environment) return false
  return scope.effect === undefined || effect.lineage.includes(scope.effect)
}
