import { randomUUID } from 'node:crypto'
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { jsonDigest } from '../../evidence/digest.ts'
import { canonical } from '../../schemas/canonical.ts'
import type { Plan } from '../../schemas/plan.ts'

/** Plans that were admitted, by digest: a run goes on with its own Plan after the catalogue has moved (G25). */
export class PlanArchive {
  readonly #folder: string
  readonly #known = new Map<string, Plan>()

  constructor(folder: string) {
    this.#folder = folder
  }

  async keep(digest: string, plan: Plan): Promise<void> {
    await mkdir(this.#folder, { recursive: true, mode: 0o700 })
    const draft = join(this.#folder, `.${fileOf(digest)}.${randomUUID()}`)
    await writeFile(draft, canonical(plan), { flush: true })
    await rename(draft, join(this.#folder, fileOf(digest)))
  }

  /** The Plan of this digest, or undefined. What lies there is not believed: its digest is taken again. */
  async find(digest: string): Promise<Plan | undefined> {
    const known = this.#known.get(digest)
    if (known !== undefined) return known
    const plan = await this.#read(digest)
    if (plan !== undefined) this.#known.set(digest, plan)
    return plan
  }

  async #read(digest: string): Promise<Plan | undefined> {
    if (!/^sha256:[0-9a-f]{64}$/.test(digest)) return undefined
    try {
      const plan = JSON.parse(await readFile(join(this.#folder, fileOf(digest)), 'utf8')) as Plan
      return jsonDigest(plan) === digest ? plan : undefined
    } catch {
      return undefined
    }
  }
}

function fileOf(digest: string): string {
  return `${digest.replace('sha256:', '')}.json`
}
