import { cp, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { castVote, findRun } from '../../engine/host/runs.ts'
import { readAllowedSigners } from '../../evidence/ssh/allowed-signers.ts'
import type { AllowedSigners } from '../../evidence/ssh/allowed-signers.ts'
import type { Vote } from '../../schemas/run.ts'
import { admin } from './installation.ts'
import { listSigners, signedBy, voteFor } from './ballots.ts'
import { alert, Paths } from './paths.ts'
import { People } from './ssh-keys.ts'
import type { Person } from './ssh-keys.ts'

const SOURCES = fileURLToPath(new URL('../e2e/testdata/rich', import.meta.url))

interface Webhook {
  readonly url: string
  readonly token: string
}

/** An installation whose runs have one of each construct: a loop, calls, a question, an override, undo, several executions. */
export class RichRuns {
  readonly paths: Paths
  readonly signers: AllowedSigners
  readonly #people: People
  readonly #lead: Person
  readonly #webhook: Webhook

  private constructor(paths: Paths, signers: AllowedSigners, by: { people: People; lead: Person; webhook: Webhook }) {
    this.paths = paths
    this.signers = signers
    this.#people = by.people
    this.#lead = by.lead
    this.#webhook = by.webhook
  }

  static async open(): Promise<RichRuns> {
    const people = await People.open()
    const lead = await people.person('grace@example.com')
    const fewEvents = (text: string) => text.replace('{ is: 1500,', '{ is: 60,')
    const paths = await Paths.open({ 'policy.yaml': fewEvents })
    const { installation } = paths
    await cp(SOURCES, join(installation.folder, 'runbooks'), { recursive: true })
    await installation.edit('runproof.yaml', (text) => text.replace('  lead:\n', `  lead:\n    - ${lead.name}\n`))
    const list = await listSigners(installation.folder, [lead])
    const started = [installation.startWorker(), installation.startSealing(), installation.startServer()] as const
    const webhook = (await Promise.all(started))[2]
    const signers = readAllowedSigners(await readFile(list, 'utf8'))
    return new RichRuns(paths, signers, { people, lead, webhook })
  }

  async close(): Promise<void> {
    await this.paths.close()
    await this.#people.close()
  }

  /** Carries out such a run, answers and overrides in it, and waits until it is sealed: its id. */
  async carryOut(): Promise<string> {
    const ground = await this.paths.ground(6, false)
    const [bare = '', other = '', ...looped] = ground.apps
    // The first has no version to go back to.
    for (const app of [other, ...looped])
      await admin(this.paths.lab, 'POST', '/promote', { environment: ground.environment, app, version: 2 })
    await this.paths.writeList(ground.list, looped)
    const { environment, list } = ground
    const labels = { alertname: 'Rich', environment, app: bare, other, list }
    const runId = await alert(this.#webhook, labels)
    await this.#vote(runId, 'way', { decision: 'choose', option: 'go' })
    const expiresAt = new Date(Date.now() + 600_000).toISOString()
    const overrides = { rule: 'not-while-frozen' }
    await this.#vote(runId, 'lift', { decision: 'override', overrides, reason: 'it was a test', expiresAt })
    await this.paths.sealed(runId, 90_000)
    return runId
  }

  async #vote(runId: string, step: string, said: Partial<Vote>): Promise<void> {
    const { installation } = this.paths
    const asked = (questions: readonly { readonly step: string }[] = []) => questions.some((one) => one.step === step)
    const { questions = [], planDigest } = await installation.until(runId, (state) => asked(state.questions))
    const question = questions.find((one) => one.step === step)
    const about = { name: this.#lead.name, step, role: 'lead', factsDigest: question?.factsDigest ?? '', ...said }
    const vote = voteFor({ admission: { runId, planDigest } } as never, about)
    const signed = await signedBy(this.#lead, vote, installation.keys)
    const verdict = await castVote(await findRun(installation.client, runId), signed)
    if (!verdict.counted) throw new Error(`the vote on ${step} does not count: ${verdict.why ?? ''}`)
  }
}
