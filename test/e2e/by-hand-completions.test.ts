import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { AdmissionKeys } from '../../engine/host/admission.ts'
import { readConfig } from '../../engine/host/config.ts'
import { compileConfigured } from '../../engine/host/installation.ts'
import { castVote, findRun } from '../../engine/host/runs.ts'
import { admit, begin } from '../../engine/host/start-run.ts'
import type { CompiledRunbook } from '../../engine/language/catalogue.ts'
import { jsonDigest } from '../../evidence/digest.ts'
import { ensureKey } from '../../evidence/keys.ts'
import type { Lab } from '../../lab/start-lab.ts'
import type { FactRecord } from '../../schemas/fact.ts'
import type { JsonObject } from '../../schemas/json.ts'
import type { AdmissionResult, AttestedFact, ClaimResult, RunState, Vote } from '../../schemas/run.ts'
import { badPromotion, heldOf, release } from '../support/bad-promotion.ts'
import type { BadPromotion } from '../support/bad-promotion.ts'
import { completeByHand } from '../support/by-hand.ts'
import { admin } from '../support/installation.ts'
import type { Installation } from '../support/installation.ts'
import { openSealed } from '../support/sealed.ts'
import { onOneStage } from '../support/stage.ts'

let lab: Lab
let installation: Installation
let foreign: AdmissionKeys
let folder: string

onOneStage(async (stage) => {
  ;({ lab, installation } = stage)
  folder = await mkdtemp(join(tmpdir(), 'runproof-foreign-keys-'))
  foreign = new AdmissionKeys(await ensureKey(folder, 'admission'))
})

afterAll(async () => rm(folder, { recursive: true, force: true }))

const complete = async (runId: string, activityId: string, result: unknown) =>
  completeByHand(installation, { runId, activityId }, result)

describe.concurrent('G25: a reading that somebody completes by hand', () => {
  /** What would make the decision come out in favour of a rollback. */
  function forged(scene: BadPromotion): FactRecord {
    return {
      fact: 'bindings',
      action: 'platform.bindings',
      input: scene.route,
      authority: 'authoritative',
      value: { items: [{ binding: 'database', state: 'ready' }] },
      complete: true,
      roundTrip: true,
      source: 'somebody',
      readAt: new Date().toISOString(),
    }
  }

  async function runOn(forge: (record: FactRecord) => Promise<AttestedFact>) {
    const scene = await badPromotion(lab)
    await scene.happen('set-binding', { binding: 'database', state: 'missing' })
    await scene.fault({ fault: 'hang', on: 'bindings' })
    const { runId } = await installation.start('bad-deploy', scene.route)
    await complete(runId, 'truth.bindings', await forge(forged(scene)))
    return { scene, state: await installation.sealed(runId) }
  }

  async function expectDenied({ scene, state }: { scene: BadPromotion; state: RunState }): Promise<void> {
    expect(state.steps.find(({ id }) => id === 'classify')?.result).toBe('app-only')
    // What rests on a forged reading cannot be claimed either.
    expect(state.outcome).toMatchObject({ name: 'failed-unsafe', claims: [], denial: { by: 'admission' } })
    expect(state.outcome?.denial?.message).toContain('`bindings` was not read by this installation')
    expect(await scene.changes()).toEqual(['freeze'])
  }

  test('with a key of their own leads to no effect', async () => {
    await expectDenied(await runOn(async (record) => foreign.attest('any', 'truth.bindings', record)))
  })

  test('with a reading that was taken in another run leads to no effect', async () => {
    await expectDenied(await runOn(async (record) => installation.keys.attest('another-run', 'truth.bindings', record)))
  })

  test('without any signature leads to no effect', async () => {
    const { scene, state } = await runOn(async (record) => ({ record, activity: '', keyid: '', signature: '' }))
    expect(state.outcome).toMatchObject({ denial: { by: 'admission' } })
    expect(state.outcome?.as).not.toBe('succeeded')
    expect(await scene.changes()).toEqual(['freeze'])
  })
})

describe.concurrent('G25: an activity of the engine that somebody completes by hand', () => {
  test('the admission: no effect of the run is carried out', async () => {
    const scene = await badPromotion(lab)
    const nowhere = { ...scene.route, app: 'no-such-app' }
    await scene.fault({ fault: 'hang', on: 'app' })
    const { runId } = await installation.start('bad-deploy', nowhere)
    await complete(runId, 'admission', { admitted: true } satisfies AdmissionResult)
    const { outcome } = await installation.sealed(runId)
    expect(outcome).toMatchObject({ as: 'failed-unsafe', claims: [] })
    expect(await scene.changes()).toEqual([])
    const { verification } = await openSealed(installation, runId)
    expect(verification.signed?.predicate.outcome).toBe('contradicted')
  })

  test('the claim: the bundle says that nothing allowed it', async () => {
    const scene = await badPromotion(lab)
    await scene.fault({ fault: 'hold', on: 'rollback', at: 'after-commit' })
    const { runId } = await installation.startPlan(await patient('bad-deploy'), scene.route)
    const held = await heldOf(lab, runId)
    // The rollback has asked for the history already: who asks from now on is the claim, and it gets no answer.
    const hang = await scene.fault({ fault: 'hang', on: 'ownerHistory' })
    await release(lab, held, 'go')
    const said: ClaimResult = { status: 'said', verdicts: [], facts: [], evidence: {} }
    await complete(runId, 'claim.1', said)
    await installation.sealed(runId)
    await admin(lab, 'DELETE', `/faults/${hang}`)
    const { verification } = await openSealed(installation, runId)
    expect(verification.signed?.predicate).toMatchObject({
      outcome: 'contradicted',
      gaps: ['the claim of rolled-back was not recorded when it was said'],
      contradictions: ['nothing allowed the claim of rolled-back'],
    })
  })
})

describe('G26: a question to people', () => {
  test('is answered by votes that this installation took, and by no other', async () => {
    const scene = await badPromotion(lab)
    const { runId } = await installation.start('bad-deploy', scene.route)
    await installation.sealed(runId)
    const lifting = await startByAlert('lift-promotion-freeze', {
      environment: scene.route.environment,
      reason: 'the cause is known',
    })
    const { waiting } = await installation.until(lifting, (state) => state.waiting !== undefined)
    const handle = await findRun(installation.client, lifting)
    const { planDigest } = await installation.state(lifting)
    const vote = voteOn(lifting, { planDigest, factsDigest: waiting?.factsDigest ?? '' })
    const unsigned = { vote, keyid: installation.store.dir, signature: '' }
    expect(await castVote(handle, unsigned)).toMatchObject({ counted: false })
    expect(await castVote(handle, await foreign.take(vote))).toMatchObject({ counted: false })
    const taken = await installation.keys.take(vote)
    const changed = { ...taken, vote: { ...vote, by: { ...vote.by, user: 'somebody-else' } } }
    expect(await castVote(handle, changed)).toMatchObject({ counted: false })
    expect((await installation.state(lifting)).waiting?.step).toBe('agreed')
    expect(await scene.changes()).toEqual(['freeze', 'rollback'])
    expect(await castVote(handle, taken)).toEqual({ counted: true })
    expect((await installation.sealed(lifting)).outcome?.name).toBe('lifted')
    expect(await scene.changes()).toEqual(['freeze', 'rollback', 'lift-freeze'])
  })
})

async function compiledOf(runbook: string): Promise<CompiledRunbook> {
  const compiled = (await compileConfigured(readConfig(installation.folder))).runbooks[runbook]
  if (compiled === undefined) throw new Error(`${runbook} does not compile`)
  return compiled
}

/** Facts that nobody answers are asked for again for longer than any test lasts. */
async function patient(runbook: string): Promise<CompiledRunbook> {
  const compiled = await compiledOf(runbook)
  const plan = { ...compiled.plan, unknownForMs: 600_000 }
  return { ...compiled, plan, digest: jsonDigest(plan) }
}

/** Nobody asked for it, so that one person is enough. */
async function startByAlert(runbook: string, inputs: JsonObject): Promise<string> {
  const compiled = await compiledOf(runbook)
  const trigger = { kind: 'alert' as const, occurrence: 'a-test', alert: {}, warnings: [] }
  const start = { plan: compiled.plan, planDigest: compiled.digest, inputs, trigger }
  return (await begin(installation.client, compiled.plan, await admit(start, installation))).runId
}

function voteOn(runId: string, asked: Pick<Vote, 'planDigest' | 'factsDigest'>): Vote {
  return {
    type: 'runproof.vote.v1',
    runId,
    step: 'agreed',
    ...asked,
    decision: 'approve',
    role: 'release-owner',
    by: { user: userInfo().username, host: 'test', assurance: 'self-asserted' },
    nonce: 'once',
    votedAt: new Date().toISOString(),
  }
}
