import { basename } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { listRuns, stateOf } from '../../engine/host/runs.ts'
import { complaintsAboutBundles } from './bundles.ts'
import type { Field } from './field.ts'
import { changesOf } from './journal.ts'
import type { Change } from './journal.ts'
import type { RunEnd } from './load.ts'

/** What became of the runs. */
export interface Verdict {
  /** Outcome → how many runs ended so; `waiting` is visibly waiting. */
  readonly outcomes: Readonly<Record<string, number>>
  readonly effects: number
  readonly bundles: number
  /** Each broken promise in a sentence. */
  readonly broken: readonly string[]
}

/** The sealing process sweeps every quarter of a minute, and a lease that nobody renews lasts twice as long. */
const SWEPT_WITHIN_MS = 40_000

/** Holds every run against the promises: no effect twice, an end or a visible wait, a bundle, no lease left behind. */
export async function judge(field: Field, ends: readonly RunEnd[]): Promise<Verdict> {
  const broken = [...(await leftBehind(field)), ...(await stillOpen(field, ends))]
  const changes = await changesOf(field.lab)
  const bundles = await field.store.bundles()
  broken.push(
    ...effectsTwice(changes),
    ...ends.flatMap((end) => complaintsAbout(end, changes)),
    ...(await complaintsAboutWaiting(field, ends)),
    ...(await withoutBundle(field, { ends, changes, bundles })),
    ...(await complaintsAboutBundles(field, changes)),
  )
  return { outcomes: counted(ends), effects: changes.length, bundles: bundles.length, broken }
}

function counted(ends: readonly RunEnd[]): Record<string, number> {
  const outcomes: Record<string, number> = {}
  for (const { outcome, waiting } of ends) {
    const name = outcome?.name ?? (waiting === undefined ? 'none' : 'waiting')
    outcomes[name] = (outcomes[name] ?? 0) + 1
  }
  return outcomes
}

/** A run gives its leases back at its end; where its worker was killed just then, the next sweep does. */
async function leftBehind({ leases, store }: Field): Promise<string[]> {
  const until = Date.now() + SWEPT_WITHIN_MS
  for (;;) {
    const holders = [...(await leases.holders())]
    for (const run of await store.runs()) if (await leases.isUnderWay(run)) holders.push(run)
    if (holders.length === 0) return []
    if (Date.now() > until) return holders.map((run) => `${run} has left a lease behind`)
    await wait(500)
  }
}

/** No run goes on unseen, such as a second one for a start that was repeated. */
async function stillOpen({ client }: Field, ends: readonly RunEnd[]): Promise<string[]> {
  const seen = ends.flatMap(({ outcome, workflowId }) => (outcome === undefined ? [workflowId] : []))
  const open = (await listRuns(client, { limit: 10_000 })).filter(({ status }) => status === 'RUNNING')
  return open
    .filter(({ workflowId }) => !seen.includes(workflowId))
    .map(({ runId, workflowId }) => `${workflowId}: ${runId} is under way, and nobody follows it`)
}

function effectsTwice(changes: readonly Change[]): string[] {
  const steps = changes.map(({ run, step }) => `${run}/${step}`)
  return steps.filter((step, at) => steps.indexOf(step) !== at).map((step) => `${step} had its effect twice`)
}

function complaintsAbout(
  { environment, form, outcome, sealed, waiting }: RunEnd,
  changes: readonly Change[],
): string[] {
  const about = `${environment} (${form.name})`
  if (form.ends === undefined) return waiting === undefined ? [`${about}: the run never asked`] : []
  if (outcome === undefined || sealed === undefined) return [`${about}: the run did not end`]
  const own = changes.filter(({ run }) => run === basename(sealed.bundle)).map(({ step }) => step)
  const done = own.sort().join() === [...form.effects].sort().join()
  if (outcome.name === form.ends && done) return []
  const wanted = `${form.ends} after ${form.effects.join(', ')}`
  return [`${about}: ${outcome.name} after ${own.join(', ') || 'nothing'}, and not ${wanted}: ${outcome.message}`]
}

/** What waits shows its question, and has done nothing. */
async function complaintsAboutWaiting({ client }: Field, ends: readonly RunEnd[]): Promise<string[]> {
  const complaints: string[] = []
  for (const { environment, workflowId, waiting } of ends) {
    if (waiting === undefined) continue
    const state = await stateOf(client.workflow.getHandle(workflowId)).catch(() => undefined)
    if (state?.phase !== 'waiting' || state.runId !== waiting.runId || state.questions?.length !== 1)
      complaints.push(`${environment}: the run does not wait visibly, but is ${state?.phase ?? 'not to be seen'}`)
  }
  return complaints
}

/** A start whose answer was lost is repeated, and may make a second run: whichever began, or had an effect, has a bundle or waits. */
async function withoutBundle(
  { store }: Field,
  {
    ends,
    changes,
    bundles,
  }: { readonly ends: readonly RunEnd[]; readonly changes: readonly Change[]; readonly bundles: readonly string[] },
): Promise<string[]> {
  const known = [...bundles, ...ends.flatMap(({ waiting }) => waiting?.runId ?? [])]
  const runs = new Set([...changes.map(({ run }) => run), ...(await store.runs())])
  return [...runs].filter((run) => !known.includes(run)).map((run) => `${run} has no bundle`)
}
