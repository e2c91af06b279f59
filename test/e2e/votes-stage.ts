import { cp, readFile } from 'node:fs/promises'
import { userInfo } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { readConfig } from '../../engine/host/config.ts'
import { compileConfigured } from '../../engine/host/installation.ts'
import { castVote, findRun } from '../../engine/host/runs.ts'
import { admit, begin } from '../../engine/host/start-run.ts'
import { StateFolder } from '../../engine/host/state-folder.ts'
import { readBag } from '../../evidence/bag-folder.ts'
import { loadPublicKey } from '../../evidence/keys.ts'
import { readAllowedSigners } from '../../evidence/ssh/allowed-signers.ts'
import { verify } from '../../evidence/verify.ts'
import type { Verification } from '../../evidence/verify.ts'
import type { Lab } from '../../lab/start-lab.ts'
import type { JsonObject } from '../../schemas/json.ts'
import { NAMES } from '../../schemas/run.ts'
import type { RunState, SignedVote, Trigger, Vote, VoteVerdict, Waiting } from '../../schemas/run.ts'
import { listSigners, signedBy, voteFor } from '../support/ballots.ts'
import { openInstallation } from '../support/installation.ts'
import type { Installation } from '../support/installation.ts'
import { People } from '../support/ssh-keys.ts'
import type { Person } from '../support/ssh-keys.ts'

/** The operating system's user who starts every run of a person here. */
export const REQUESTER = userInfo().username

/** An installation on real servers where people vote with real keys. */
export class Stage {
  readonly installation: Installation
  readonly people: People
  readonly grace: Person
  readonly hal: Person
  readonly #allowed: string

  private constructor(
    installation: Installation,
    cast: { people: People; grace: Person; hal: Person; allowed: string },
  ) {
    this.installation = installation
    this.people = cast.people
    this.grace = cast.grace
    this.hal = cast.hal
    this.#allowed = cast.allowed
  }

  static async open(lab: Lab): Promise<Stage> {
    const people = await People.open()
    const [grace, hal] = [await people.person('grace@example.com'), await people.person('hal@example.com')]
    const names = [grace.name, hal.name, REQUESTER]
    const roles = { 'release-owner': [...names], 'incident-lead': [...names] }
    const installation = await openInstallation({ lab, roles })
    await bring(installation, 'two-agree.yaml', 'two-agree.yaml')
    await bring(installation, 'two-roles.yaml', 'two-roles.yaml')
    await bring(installation, 'freeze-now.yaml', 'freeze-now.yaml')
    await bring(installation, 'break-glass.yaml', join('rules', 'break-glass.yaml'))
    const allowed = await listSigners(installation.folder, [grace, hal])
    const { address: temporal, namespace } = installation
    new StateFolder(installation.folder).writeEndpoints({ temporal, namespace, server: '', pid: process.pid })
    await Promise.all([installation.startWorker(), installation.startSealing()])
    return new Stage(installation, { people, grace, hal, allowed })
  }

  async close(): Promise<void> {
    await this.installation.stop()
    await this.people.close()
  }

  async start(runbook: string, inputs: JsonObject, trigger: Trigger = BY_REQUESTER): Promise<string> {
    const compiled = (await compileConfigured(readConfig(this.installation.folder))).runbooks[runbook]
    if (compiled === undefined) throw new Error(`${runbook} does not compile`)
    const start = { plan: compiled.plan, planDigest: compiled.digest, inputs, trigger }
    return (await begin(this.installation.client, compiled.plan, await admit(start, this.installation))).runId
  }

  /** The question that a run asks at a step, once it does. */
  async asked(runId: string, step: string): Promise<{ question: Waiting; state: RunState }> {
    const at = (state: RunState) => (state.questions ?? []).find((open) => open.step === step)
    const state = await this.installation.until(runId, (now) => at(now) !== undefined || now.phase === 'sealed')
    const question = at(state)
    if (question === undefined) throw new Error(`the run never asked: ${JSON.stringify(state.outcome)}`)
    return { question, state }
  }

  /** Makes a vote on the open question, signed by a person with ssh-keygen. */
  async vote(runId: string, step: string, said: Partial<Vote> & { person: Person }): Promise<SignedVote> {
    const { person, ...given } = said
    const { question, state } = await this.asked(runId, step)
    const admission = { runId, planDigest: state.planDigest } as never
    const role = question.who[0] ?? ''
    const about = { name: person.name, step, role, factsDigest: question.factsDigest, ...given }
    return signedBy(person, voteFor({ admission } as never, about), this.installation.keys)
  }

  async cast(runId: string, vote: SignedVote): Promise<VoteVerdict> {
    const handle = await findRun(this.installation.client, runId)
    return castVote(handle, vote).catch((error: unknown) => ({
      counted: false,
      why: error instanceof Error && error.cause instanceof Error ? error.cause.message : String(error),
    }))
  }

  /** Sends a vote once more, as another message of its own. */
  async replay(runId: string, vote: SignedVote): Promise<string> {
    const handle = await findRun(this.installation.client, runId)
    return handle.executeUpdate<VoteVerdict, [SignedVote]>(NAMES.voteUpdate, { args: [vote] }).then(
      ({ counted, why }) => `${counted}: ${why}`,
      (error: unknown) =>
        error instanceof Error && error.cause instanceof Error ? error.cause.message : String(error),
    )
  }

  /** The bundle of a sealed run, verified by somebody who has the keys and the list of signers. */
  async verified(runId: string): Promise<Verification> {
    const key = async (name: string) =>
      loadPublicKey(join(this.installation.folder, '.runproof', 'keys', `${name}.pub.pem`))
    const signers = readAllowedSigners(await readFile(this.#allowed, 'utf8'))
    const trust = { sealing: [await key('sealing')], admission: [await key('admission')], signers }
    return verify(await readBag(this.installation.store.bundlePath(runId)), { trust, runId })
  }
}

export const BY_REQUESTER: Trigger = {
  kind: 'person',
  by: { user: REQUESTER, host: 'test', assurance: 'self-asserted' },
}

async function bring({ folder }: Installation, name: string, to: string): Promise<void> {
  await cp(fileURLToPath(new URL(`testdata/${name}`, import.meta.url)), join(folder, 'runbooks', to))
}

/** What a verification says of approvals. */
export function approvalsIn({ checks }: Verification): string[] {
  return checks.filter(({ id }) => id === 'approvals').map(({ text }) => text)
}
