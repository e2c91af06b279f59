import { join } from 'node:path'
import { openStore } from '../evidence/store.ts'
import type { EvidenceStore } from '../evidence/store.ts'
import { sendAlert } from './alert.ts'
import type { Figure } from './figure.ts'
import { makeRoute } from './platform.ts'
import { endOf, mustEndAs } from './runs.ts'
import { say } from './say.ts'
import type { Stage } from './stage.ts'
import { spread } from './statistics.ts'

const ALERTS = 25

/** The first effect of `bad-deploy`, whatever comes after it. */
const FIRST_INTENT = 'freezePromotions@1.intent.json'

/** From the webhook's answer to the first intent on record: one alert at a time, each about an environment of its own. */
export async function measureAlerts(stage: Stage): Promise<{ figures: Figure[]; bundles: string[] }> {
  const store = openStore(join(stage.folder, '.runproof', 'evidence'))
  const latencies: number[] = []
  const bundles: string[] = []
  for (let alert = 0; alert <= ALERTS; alert += 1) {
    if (alert % 5 === 0) say(`alerts: ${alert} of ${ALERTS}`)
    const one = await oneAlert(stage, store, `alert-${alert}`)
    // The first one warms up.
    if (alert > 0) latencies.push(one.latency)
    if (alert > 0) bundles.push(one.bundle)
  }
  const measured = `${ALERTS} alerts, each in its own environment`
  const figures = [{ name: 'alert accepted → first effect', unit: 'ms', ...spread(latencies), measured } as const]
  return { figures, bundles }
}

async function oneAlert(
  stage: Stage,
  store: EvidenceStore,
  environment: string,
): Promise<{ latency: number; bundle: string }> {
  await makeRoute(stage.lab, environment)
  const { runId, workflowId, at } = await sendAlert(stage, environment)
  const ended = await endOf(stage, workflowId)
  // The promotion there was a good one: the run freezes promotions, reads everything, and hands over to people.
  mustEndAs(ended, 'unclear')
  const intent = await store.read(runId, FIRST_INTENT)
  if (intent === undefined) throw new Error(`${runId} has no intent of its first effect`)
  const started = Date.parse((JSON.parse(intent.toString()) as { at: string }).at)
  return { latency: started - at, bundle: ended.sealed.bundle }
}
