import { randomUUID } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pino } from 'pino'
import { stringify } from 'yaml'
import type { AnyDefinition } from '../../actions/define.ts'
import { contractOf } from '../../actions/contract.ts'
import { carryOut } from '../../engine/core/carry-out.ts'
import { Ledger } from '../../engine/core/ledger.ts'
import type { Ports, Question } from '../../engine/core/ports.ts'
import { openRun } from '../../engine/core/run.ts'
import { AdmissionKeys } from '../../engine/host/admission.ts'
import { admitRun } from '../../engine/host/admit.ts'
import { readConfig } from '../../engine/host/config.ts'
import { Connections } from '../../engine/host/connections.ts'
import { passClaim } from '../../engine/host/door/claim.ts'
import type { PassSeam } from '../../engine/host/door/arrive.ts'
import { passDoor } from '../../engine/host/door/pass.ts'
import { judgeOptions } from '../../engine/host/door/options.ts'
import { watchRun } from '../../engine/host/door/watch.ts'
import type { Host } from '../../engine/host/host.ts'
import { openLeases } from '../../engine/host/leases/open.ts'
import { PlanArchive } from '../../engine/host/plan-archive.ts'
import { takeReading } from '../../engine/host/readings.ts'
import { admit } from '../../engine/host/start-run.ts'
import { StateFolder } from '../../engine/host/state-folder.ts'
import { StopSwitch } from '../../engine/host/stops.ts'
import { recordQuestion } from '../../engine/host/votes.ts'
import { compileCatalogue } from '../../engine/language/catalogue.ts'
import { newestQuestion, questionDigest, readBallot } from '../../evidence/ballot.ts'
import { jsonDigest } from '../../evidence/digest.ts'
import { ensureKey } from '../../evidence/keys.ts'
import { openStore } from '../../evidence/store.ts'
import type { JsonObject } from '../../schemas/json.ts'
import { NAMES } from '../../schemas/run.ts'
import type {
  EffectRequest,
  EffectResult,
  Outcome,
  QuestionRecord,
  RunState,
  SignedAdmission,
  SignedVote,
  Trigger,
  Vote,
} from '../../schemas/run.ts'
import { practiceDefinitions } from './practice-actions.ts'
import { practiceSources } from './practice-catalogue.ts'
import { OLD, TOKEN, World } from './world.ts'

/** An alert asked for the run, so that votes can count. */
export const BY_ALERT: Trigger = { kind: 'alert', occurrence: 'f|now', alert: {}, warnings: [] }
export const INPUTS = { environment: 'production', app: 'shop', to: OLD }

/** How a practice installation differs. */
export interface Differing {
  readonly files?: Readonly<Record<string, string>>
  readonly definitions?: readonly AnyDefinition[]
  readonly roles?: Readonly<Record<string, readonly string[]>>
  readonly world?: World
}

/** A whole host in a folder of its own, with a real store and real keys, on a small platform; only Temporal is not there. */
export class Practice {
  readonly world: World
  readonly folder: string
  readonly host: Host
  readonly execution = { namespace: 'default', workflowId: '', temporalRunId: randomUUID() }

  private constructor(parts: { world: World; folder: string; host: Host }) {
    this.world = parts.world
    this.folder = parts.folder
    this.host = parts.host
  }

  static async open(differing: Differing = {}): Promise<Practice> {
    const world = differing.world ?? (await new World().open())
    const folder = await mkdtemp(join(tmpdir(), 'runproof-door-'))
    const connections = { platform: { url: world.url, token: { file: join(folder, 'token') }, allowPrivate: true } }
    const roles = { 'on-call': ['ada'], lead: ['ben'], ...differing.roles }
    await writeFile(join(folder, 'token'), TOKEN)
    await writeFile(join(folder, 'runproof.yaml'), stringify({ connections, roles }))
    return new Practice({ world, folder, host: await hostOf(folder, differing) })
  }

  async close(): Promise<void> {
    await this.host.leases.close()
    await this.world.close()
    await rm(this.folder, { recursive: true, force: true })
  }

  /** The host as it would be after its worker was started again on a changed catalogue. */
  async restarted(differing: Differing): Promise<Host> {
    return hostOf(this.folder, differing)
  }

  /** Signs an admission of a runbook, without its first step. */
  async admission(
    runbook = 'switch',
    { inputs = INPUTS, trigger = BY_ALERT }: { inputs?: JsonObject; trigger?: Trigger } = {},
  ): Promise<SignedAdmission> {
    const compiled = this.host.catalogue.runbooks[runbook]
    if (compiled === undefined) throw new Error(JSON.stringify(this.host.catalogue.diagnostics, null, 1))
    return admit({ plan: compiled.plan, planDigest: compiled.digest, inputs, trigger }, this.host)
  }

  /** An admitted run, carried out by the interpreter through the real door; steps can be held up on their way. */
  async run(runbook = 'switch', options: RunOptions = {}): Promise<Ran> {
    const signed = await this.admission(runbook, options)
    return this.carry(signed, options)
  }

  async carry(signed: SignedAdmission, options: RunOptions = {}): Promise<Ran> {
    const host = options.host ?? this.host
    const plan = await host.plans.find(signed.admission.planDigest)
    if (plan === undefined) throw new Error('the Plan was not kept')
    const execution = { ...this.execution, workflowId: signed.admission.workflowId }
    const admitted = await admitRun({ admission: signed, plan }, execution, host)
    if (!admitted.admitted) throw new Error(JSON.stringify(admitted))
    const ledger = new Ledger(plan, signed.admission, {
      now: () => new Date().toISOString(),
      changed: () => undefined,
    })
    const requests: EffectRequest[] = []
    const ports = this.#ports(signed, { host, requests, ...options })
    const outcome = await carryOut(openRun(plan, signed.admission, { ports, ledger })).catch((error: unknown) => {
      if (error instanceof HeldUp) return undefined
      throw error
    })
    return { signed, outcome, state: ledger.state(), requests }
  }

  /** The request of a step as the interpreter makes it, before anything was done about it. */
  async request(step = 'move', options: RunOptions & { runbook?: string } = {}): Promise<EffectRequest> {
    const { requests } = await this.run(options.runbook ?? 'switch', { ...options, holdUpAt: step })
    const found = requests.find((request) => request.step === step)
    if (found === undefined) throw new Error(`the run never came to \`${step}\``)
    return found
  }

  /** What a pass of the door works with; each differs from the next by its attempt. */
  seam(
    request: { readonly admission: SignedAdmission; readonly step?: string },
    differing: Partial<PassSeam> = {},
  ): PassSeam {
    const { admission } = request.admission
    const step = request.step ?? ''
    return {
      host: this.host,
      action: actionOf(this.host, admission.runbook, step),
      activity: step,
      attempt: 1,
      workflow: { ...this.execution, workflowId: admission.workflowId },
      heartbeat: () => undefined,
      cancelled: new AbortController().signal,
      ...differing,
    }
  }

  /** One pass of the door. */
  async pass(request: EffectRequest, differing: Partial<PassSeam> = {}): Promise<EffectResult> {
    return passDoor(request, this.seam(request, differing))
  }

  /** Passes as Temporal makes them: again after every error, for so many attempts. */
  async passes(request: EffectRequest, differing: Partial<PassSeam> = {}, most = 6): Promise<EffectResult> {
    const first = differing.attempt ?? 1
    for (let attempt = first; ; attempt += 1) {
      try {
        return await this.pass(request, { ...differing, attempt })
      } catch (error) {
        if (attempt - first + 1 >= most) throw new Error(`still failing after ${most} attempts`, { cause: error })
      }
    }
  }

  /** The names of a run's records of effects. */
  async records(request: { readonly admission: SignedAdmission }): Promise<string[]> {
    const names = await this.host.store.list(request.admission.admission.runId)
    return names.filter((name) => name.includes('@') && !name.includes('.claim.'))
  }

  async vote(signed: SignedAdmission, vote: Pick<Vote, 'step'> & Answered): Promise<SignedVote> {
    return this.host.keys.take({
      type: 'runproof.vote.v1',
      runId: signed.admission.runId,
      step: vote.step,
      planDigest: signed.admission.planDigest,
      factsDigest: await this.#questionOf(signed, vote.step),
      decision: vote.decision ?? (vote.option === undefined ? 'approve' : 'choose'),
      ...(vote.option === undefined ? {} : { option: vote.option }),
      role: vote.role,
      by: { user: vote.user, host: 'test', assurance: 'self-asserted' },
      nonce: randomUUID(),
      votedAt: new Date().toISOString(),
    })
  }

  /** The digest of the newest question of a step. */
  async #questionOf({ admission: { runId } }: SignedAdmission, step: string): Promise<string> {
    const question = newestQuestion(await readBallot(this.host.store, runId), step)
    return question === undefined ? jsonDigest('nothing was asked') : questionDigest(question)
  }

  #ports(signed: SignedAdmission, at: RunOptions & { host: Host; requests: EffectRequest[] }): Ports {
    const { runId } = signed.admission
    const votes = at.votes ?? {}
    let claims = 0
    return {
      clock: { nowMs: () => Date.now(), sleep: async () => undefined },
      read: async ({ fact, action, activity, input }) => {
        const definition = at.host.definitions.get(action)
        if (definition?.kind !== 'reading') throw new Error(`there is no reading ${action}`)
        return at.host.keys.attest(
          runId,
          activity,
          await takeReading(definition, { name: fact, input }, at.host.connections),
        )
      },
      perform: async ({ step, round, input, grounds, action, activity }) => {
        const request: EffectRequest = { admission: signed, step, round, input, grounds }
        at.requests.push(JSON.parse(JSON.stringify(request)) as EffectRequest)
        if (at.holdUpAt === step) throw new HeldUp()
        return this.passes(request, { host: at.host, action, activity })
      },
      ask: async (question) => {
        const { step } = question
        const factsDigest = await recordQuestion({ admission: signed, question: recordOf(signed, question) }, at.host)
        const given = await Promise.all((votes[step] ?? []).map(async (vote) => this.vote(signed, { step, ...vote })))
        const answers = given.map((vote) => ({ vote, verdict: { counted: true } }))
        return { factsDigest, next: async () => answers.shift(), close: () => undefined }
      },
      options: async (call) => judgeOptions({ admission: signed, ...call }, this.seam({ admission: signed }, at)),
      watch: async ({ step }) => watchRun({ admission: signed, step }, this.seam({ admission: signed }, at)),
      claim: async ({ outcome, claims: said, grounds }) =>
        passClaim(
          { admission: signed, outcome, claims: said, grounds },
          this.seam({ admission: signed }, { host: at.host, action: NAMES.claim, activity: `claim.${(claims += 1)}` }),
        ),
    }
  }
}

/** What somebody answers. */
export interface Answered {
  readonly user: string
  readonly role: string
  readonly decision?: Vote['decision']
  readonly option?: string
}

/** How a run of the interpreter differs. */
export interface RunOptions {
  readonly inputs?: JsonObject
  readonly trigger?: Trigger
  readonly votes?: Readonly<Record<string, readonly Answered[]>>
  /** The step before whose effect the run is left alone. */
  readonly holdUpAt?: string
  readonly host?: Host
}

/** A run that was carried out, or was held up. */
export interface Ran {
  readonly signed: SignedAdmission
  readonly outcome: Outcome | undefined
  readonly state: RunState
  readonly requests: readonly EffectRequest[]
}

class HeldUp extends Error {}

/** A question as the workflow has it recorded. */
function recordOf({ admission: { runId, planDigest } }: SignedAdmission, question: Question): QuestionRecord {
  const { step, time, text, who, facts, withinMs, kind = 'approve', choices, overridable } = question
  return {
    ...{ runId, planDigest, step, time, kind, text, who },
    until: new Date(Date.now() + withinMs).toISOString(),
    shown: Object.fromEntries(
      Object.entries(facts).map(([name, { value = null }]) => [name, { value, unknown: null }]),
    ),
    ...(choices === undefined ? {} : { choices: choices.map(({ name }) => name) }),
    ...(overridable === undefined ? {} : { overridable }),
  }
}

function actionOf(host: Host, runbook: string, id: string): string {
  const step = host.catalogue.runbooks[runbook]?.plan.steps.find((other) => other.id === id)
  return step?.kind === 'do' ? step.action : ''
}

async function hostOf(folder: string, { files = {}, definitions = practiceDefinitions() }: Differing): Promise<Host> {
  const config = readConfig(folder)
  const state = new StateFolder(folder).make()
  const contracts = definitions.map(contractOf)
  const catalogue = compileCatalogue(practiceSources(files), contracts)
  return {
    config,
    catalogue,
    log: pino({ level: 'silent' }),
    store: openStore(config.evidence),
    stops: new StopSwitch(state.stops),
    plans: new PlanArchive(state.plans),
    keys: new AdmissionKeys(await ensureKey(state.keys, 'admission')),
    definitions: new Map(definitions.map((definition) => [definition.name, definition])),
    contracts: new Map(contracts.map((contract) => [contract.name, contract])),
    connections: new Connections(config, { allow: [], ownPorts: [] }),
    leases: openLeases(config, state),
  }
}
