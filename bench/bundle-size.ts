import { readBag } from '../evidence/bag-folder.ts'
import { sendAlert } from './alert.ts'
import type { Figure } from './figure.ts'
import { makeEnvironment, promote } from './platform.ts'
import { endOf, mustEndAs } from './runs.ts'
import { say } from './say.ts'
import type { Stage } from './stage.ts'
import { spread } from './statistics.ts'

const ENVIRONMENT = 'rolled-back'

/** How much a sealed bundle holds: of a whole rollback, and of the alerts that were handed over to people. */
export async function measureBundles(stage: Stage, handedOver: readonly string[]): Promise<Figure[]> {
  say('bundles: one whole rollback, usually under 20 seconds')
  return [
    ...(await sizes('bundle of a rollback', [await rollback(stage)])),
    ...(await sizes('bundle of a run that was handed over', handedOver)),
  ]
}

/** A bad version is promoted, the alert fires, and `bad-deploy` rolls it back. */
async function rollback(stage: Stage): Promise<string> {
  await makeEnvironment(stage.lab, ENVIRONMENT)
  await promote(stage.lab, { environment: ENVIRONMENT, version: 3, errorRatio: 0.08 })
  const ended = await endOf(stage, (await sendAlert(stage, ENVIRONMENT)).workflowId)
  mustEndAs(ended, 'rolled-back')
  return ended.sealed.bundle
}

async function sizes(name: string, bundles: readonly string[]): Promise<Figure[]> {
  const bags = await Promise.all(bundles.map(async (bundle) => readBag(bundle)))
  const contents = bags.map(({ files }) => [...files.values()])
  const bytes = contents.map((files) => files.reduce((sum, { length }) => sum + length, 0))
  const measured = `${bundles.length} of \`bad-deploy\``
  return [
    { name, unit: 'bytes', ...middle(bytes), measured },
    { name, unit: 'files', ...middle(contents.map(({ length }) => length)), measured },
  ]
}

/** One sample has no spread. */
function middle(samples: readonly number[]): Pick<Figure, 'p50' | 'p95'> {
  const { p50, p95 } = spread(samples)
  return samples.length > 1 ? { p50, p95 } : { p50 }
}
