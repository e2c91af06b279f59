import { join } from 'node:path'
import { notify } from './alertmanager.ts'
import { ask, happen } from './platform.ts'
import type { Stage } from './stage.ts'
import { headline, say } from './words.ts'

const APP = 'shop'

/** A bad version is promoted, the alert fires, and `bad-deploy` rolls the route owner back by operation. */
export async function goodRollback(stage: Stage): Promise<void> {
  headline('A bad promotion, and its rollback')
  const before = await owner(stage, 'production')
  say(`production/${APP} is served by ${short(before.digest)}; version 2, which fails 8 % of requests, is promoted`)
  await happen(stage.lab, 'promote', { environment: 'production', app: APP, version: 2, errorRatio: 0.08 })
  const run = await alertAndFollow(stage, 'production')
  const { outcome } = await stage.runproof.ask<{ outcome: Ended }>('show', run, '--json')
  confirm(outcome.as === 'succeeded', 'the run claims that it has succeeded, and its rules agree')
  const after = await owner(stage, 'production')
  confirm(
    after.digest === before.digest,
    `production/${APP} is served by ${short(after.digest)} again, at epoch ${after.epoch}`,
  )
  await verify(stage, run)
}

/** The same again elsewhere, but a migration lands after the decision: what looked right a moment ago is denied at the effect. */
export async function migrationInBetween(stage: Stage): Promise<void> {
  const environment = 'production-eu'
  headline('A migration lands between the decision and the rollback')
  await ask(stage.lab, 'POST /environments', { environment, apps: [APP] })
  await happen(stage.lab, 'promote', { environment, app: APP, version: 2, errorRatio: 0.08 })
  const promoted = await owner(stage, environment)
  say('right after the runbook has read that the old version fits, a destructive migration will be applied')
  const migration = { environment, app: APP, destructive: true, breaking: false }
  await ask(stage.lab, 'POST /faults', {
    fault: 'migrate',
    with: migration,
    when: { after: 'artifactFit', count: 1 },
  })
  const run = await alertAndFollow(stage, environment)
  await stage.runproof.show('why', run)
  const { outcome } = await stage.runproof.ask<{ outcome: Ended }>('show', run, '--json')
  confirm(
    outcome.denial?.rule === 'no-hidden-db-incompatibility',
    `denied at the effect by the rule ${outcome.denial?.rule ?? '(none)'}`,
  )
  const after = await owner(stage, environment)
  confirm(
    after.epoch === promoted.epoch,
    `the route owner was not changed: still ${short(after.digest)} at epoch ${after.epoch}`,
  )
  confirm(
    (await freeze(stage, environment)).active,
    'the promotion freeze stays; the command that lifts it stands above',
  )
  await verify(stage, run)
}

/** Alertmanager's notification comes in by the webhook; the run is followed to its end. */
async function alertAndFollow(stage: Stage, environment: string): Promise<string> {
  say('Alertmanager posts its notification to the webhook')
  const run = await notify(stage.webhook, { environment, app: APP })
  await stage.runproof.show('watch', run)
  return run
}

async function verify(stage: Stage, run: string): Promise<void> {
  const code = await stage.runproof.show('evidence', 'verify', run, '--trust', join('.runproof', 'trust'))
  confirm(code === 0, `the signed bundle verifies: ${join(stage.evidence, run)}`)
}

interface Ended {
  readonly as: string
  readonly denial?: { readonly rule?: string }
}

interface Owner {
  readonly digest: string
  readonly epoch: number
}

async function owner({ lab }: Stage, environment: string): Promise<Owner> {
  return platform<Owner>(lab, `/v1/environments/${environment}/apps/${APP}/route-owner`)
}

async function freeze({ lab }: Stage, environment: string): Promise<{ readonly active: boolean }> {
  return platform<{ active: boolean }>(lab, `/v1/environments/${environment}/promotion-freeze`)
}

async function platform<T>(lab: Stage['lab'], path: string): Promise<T> {
  const response = await fetch(`${lab.url}${path}`, { headers: { authorization: `Bearer ${lab.token}` } })
  if (!response.ok) throw new Error(`GET ${path}: ${response.status}`)
  return (await response.json()) as T
}

function short(digest: string): string {
  return digest.slice(0, 19)
}

/** What the demo promises is looked at, not only printed. */
function confirm(holds: boolean, text: string): void {
  if (!holds) throw new Error(`this should hold, and does not: ${text}`)
  say(`✓ ${text}`)
}
