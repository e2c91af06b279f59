import type { WatchRequest, WatchVerdict } from '../../../schemas/run.ts'
import { denialOf, judgeIntervals, siteOf } from '../../core/rules.ts'
import { admittedPlan } from '../admission.ts'
import { refuse } from './arrive.ts'
import type { PassSeam } from './arrive.ts'
import { bindingRules } from './binding-rules.ts'
import { readLedger } from './claiming.ts'
import { locate, plansAround } from './instance.ts'
import { PassReadings } from './pass-readings.ts'
import { seenBy } from './rules.ts'
import { runSoFar } from './run-so-far.ts'

/** Looks, on fresh facts, at every rule of form 6 whose interval is open while the run waits at an instance. */
export async function watchRun(request: WatchRequest, seam: PassSeam): Promise<WatchVerdict> {
  const admitted = await admittedPlan(request.admission, seam.workflow, seam.host)
  if ('foreign' in admitted) return refuse(admitted.foreign)
  const { admission, plan } = admitted
  const located = locate(plan, request.step)
  if (located === undefined) return refuse(`the Plan has no step \`${request.step}\``)
  const plans = plansAround(located.instance)
  const run = runSoFar(admission, plans, (await readLedger(seam, admission, { plan, votes: [] }))?.effects)
  const { planDigest } = admission
  const judging = { seam, plans, run, site: siteOf(request.step), id: request.step, requesters: [], planDigest }
  const readings = new PassReadings(seam.host, admission.runId)
  const rules = bindingRules(plans, seam.host).filter(({ rule }) => rule.checks.some(({ form }) => form === 'during'))
  const verdicts = await Promise.all(
    rules.map(async (bound) => judgeIntervals(bound, seenBy(judging, bound, readings))),
  )
  const denial = denialOf(
    verdicts.flat(),
    rules.map(({ rule }) => rule),
  )
  return denial === undefined ? {} : { denial }
}
