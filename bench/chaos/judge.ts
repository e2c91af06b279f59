import { basename } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { openStore } from '../../evidence/store.ts'
import { readConfig } from '../../engine/host/config.ts'
import type { Lab } from '../lab.ts'
import { EFFECTS } from './field.ts'
import type { Field } from './field.ts'
import type { RunEnd } from './load.ts'

/** What became of the runs. */
export interface Verdict {
  /** Outcome → how many runs ended so. */
  readonly outcomes: Readonly<Record<string, number>>
  readonly effects: number
  /** Each broken promise in a sentence. */
  readonly broken: readonly string[]
}

/** The sealing process sweeps every quarter of a minute. */
const SWEPT_WITHIN_MS = 25_000

/** A rollback that the platform has committed, and whose it was. */
interface Change {
  readonly run: string
  readonly step: string
}

/** Holds every run against the promises: no effect twice, an end or a visible wait, a bundle, no lease left behind. */
export async function judge(field: Field, ends: readonly RunEnd[]): Promise<Verdict> {
  const changes = await changesOf(field.lab)
  const bundles = await openStore(readConfig(field.folder).evidence).bundles()
  const outcomes: Record<string, number> = {}
  for (const { outcome } of ends) {
    const name = outcome === undefined ? 'none' : outcome.as
    outcomes[name] = (outcomes[name] ?? 0) + 1
  }
  const broken = [
    ...(await leftBehind(field)),
    ...effectsTwice(changes),
    ...ends.flatMap((end) => complaintsAbout(end, changes)),
    ...without(bundles, changes),
  ]
  return { outcomes, effects: changes.length, broken }
}

/** A run gives its leases back at its end; where its worker was killed just then, the next sweep does. */
async function leftBehind({ leases }: Field): Promise<string[]> {
  const until = Date.now() + SWEPT_WITHIN_MS
  for (;;) {
    const holders = await leases.holders()
    if (holders.length === 0) return []
    if (Date.now() > until) return holders.map((run) => `${run} has left a lease behind`)
    await wait(500)
  }
}

function effectsTwice(changes: readonly Change[]): string[] {
  const steps = changes.map(({ run, step }) => `${run}/${step}`)
  return steps.filter((step, at) => steps.indexOf(step) !== at).map((step) => `${step} had its effect twice`)
}

function complaintsAbout({ environment, outcome, sealed }: RunEnd, changes: readonly Change[]): string[] {
  if (outcome === undefined || sealed === undefined) return [`${environment}: the run did not end`]
  const own = changes.filter(({ run }) => run === basename(sealed.bundle))
  if (outcome.as !== 'deferred' || own.length === EFFECTS) return []
  return [`${environment}: the run says that all is done, and the platform has ${own.length} of ${EFFECTS} changes`]
}

/** A start whose answer was lost is repeated, and may make a second run: whoever had an effect has a bundle. */
function without(bundles: readonly string[], changes: readonly Change[]): string[] {
  const runs = new Set(changes.map(({ run }) => run))
  return [...runs].filter((run) => !bundles.includes(run)).map((run) => `${run} had effects and has no bundle`)
}

/** Rollbacks that clients committed; a burnt key is no change. A key is `<run>/<step>/<round>`, with a number behind it where one was burnt. */
async function changesOf({ adminUrl, tokens }: Lab): Promise<Change[]> {
  const response = await fetch(`${adminUrl}/journal`, { headers: { authorization: `Bearer ${tokens.admin}` } })
  const { items } = (await response.json()) as {
    items: { what: string; origin: string; idempotency_key: string | null }[]
  }
  return items.flatMap(({ what, origin, idempotency_key: key }) => {
    const [run = '', step = ''] = key?.split('/') ?? []
    return what === 'rollback' && origin === 'client' ? [{ run, step }] : []
  })
}
