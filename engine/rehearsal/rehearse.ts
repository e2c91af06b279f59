import type { Admission, AttestedFact, EffectReceipt, RunState } from '../../schemas/run.ts'
import type { Scenario } from '../../schemas/scenario.ts'
import { carryOut } from '../core/carry-out.ts'
import type { Ports, ReadCall } from '../core/ports.ts'
import { openRun } from '../core/run.ts'
import { claimHere, optionsHere, performHere } from './door.ts'
import { Incidents, MomentLedger } from './incidents.ts'
import type { Ended } from './differences.ts'
import { judgeWait } from './judging.ts'
import type { Bench } from './judging.ts'
import { askHere } from './people.ts'
import type { Stage } from './stage.ts'
import { VirtualClock } from './virtual-clock.ts'
import { World } from './world.ts'

/** A scenario that was rehearsed to its end. */
export interface Rehearsed extends Ended {
  readonly state: RunState
  readonly receipts: readonly EffectReceipt[]
}

const RUN_ID = 'rehearsal'

/** Carries a Plan out on recorded facts: the same interpreter and the same rules as a run, nothing outside, no time slept. */
export async function rehearse(stage: Stage, scenario: Scenario): Promise<Rehearsed> {
  const clock = new VirtualClock()
  const world = new World(stage.contracts, stage.recorded)
  for (const circumstance of scenario.given) world.become(circumstance)
  const incidents = new Incidents(scenario.during, { world, clock })
  const admission = admissionOf(stage, scenario, clock)
  const ledger = new MomentLedger(stage.plan, admission, { clock, incidents })
  const receipts = () => run.whole.receipts
  const bench: Bench = { stage, world, clock, runId: RUN_ID, inputs: scenario.inputs, receipts, unverified: new Set() }
  const claimed: string[] = []
  const ports = portsOf(bench, { answers: scenario.answers, said: (claims) => claimed.push(...claims) })
  const run = openRun(stage.plan, admission, { ports, ledger })
  const outcome = await carryOut(run)
  return {
    outcome,
    state: ledger.state(),
    receipts: [...run.whole.receipts],
    claimed,
    missing: world.missing(),
    unfired: incidents.unfired(),
  }
}

function portsOf(
  bench: Bench,
  { answers, said }: Pick<Scenario, 'answers'> & { readonly said: (claims: readonly string[]) => void },
): Ports {
  const { clock, runId } = bench
  return {
    read: async (call) => readHere(bench, call),
    perform: async (call) => performHere(bench, call),
    claim: async (call) => {
      const result = await claimHere(bench, call)
      if (result.status === 'said') said(call.claims.map(({ effect }) => effect))
      return result
    },
    options: async (call) => optionsHere(bench, call),
    ask: async (question) => askHere(question, { answers, clock, runId }),
    watch: async ({ step }) => {
      const denial = await judgeWait(bench, step)
      return denial === undefined ? {} : { denial }
    },
    clock,
  }
}

/** No host signs here, and no door verifies: what a rehearsal shows is no evidence. */
function readHere({ world, clock }: Bench, { fact, action, input, activity }: ReadCall): AttestedFact {
  const record = world.read({ fact, action, input }, clock.nowMs())
  return { record, activity, keyid: 'rehearsal', signature: 'rehearsal' }
}

function admissionOf({ plan }: Stage, { inputs }: Scenario, clock: VirtualClock): Admission {
  return {
    type: 'runproof.admission.v1',
    runId: RUN_ID,
    workflowId: `${plan.runbook.id}/${RUN_ID}`,
    runbook: plan.runbook.id,
    planDigest: 'rehearsal',
    catalogueDigest: plan.catalogueDigest,
    inputs,
    trigger: { kind: 'person', by: { user: 'rehearsal', host: 'rehearsal', assurance: 'self-asserted' } },
    admittedAt: clock.now(),
  }
}
