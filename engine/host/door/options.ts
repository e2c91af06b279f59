import { setTimeout as wait } from 'node:timers/promises'
import { canonical } from '../../../schemas/canonical.ts'
import type { AskStep } from '../../../schemas/plan.ts'
import type { Denial, OptionsRequest, OptionsVerdict } from '../../../schemas/run.ts'
import { resolveOperand } from '../../core/operand.ts'
import { siteOf } from '../../core/rules.ts'
import { admittedPlan } from '../admission.ts'
import { nextVerdict, recordOptions } from '../votes.ts'
import { refuse } from './arrive.ts'
import type { PassSeam } from './arrive.ts'
import { claimedOf } from './claimed.ts'
import type { Claimed } from './claimed.ts'
import { strangeFact } from './grounds-facts.ts'
import { isLoop, locate, plansAround } from './instance.ts'
import type { Instance } from './instance.ts'
import { Known } from './known.ts'
import { ledgerOf } from './ledger.ts'
import { PassReadings } from './pass-readings.ts'
import { judgeEffects } from './rules.ts'
import type { Judging } from './rules.ts'
import { runSoFar } from './run-so-far.ts'

type Option = OptionsRequest['options'][number]
type Asking = Instance & { readonly step: AskStep }

/** So often options are judged again because another worker has judged them meanwhile. */
const TIMES = 5

/** Pause between two looks at what is unknown. */
const REREAD_MS = 1_000

/**
 * Judges what the options of a question ask people for, before anybody is asked (G22): text cannot instruct what the rules forbid.
 * Nothing is caused, and no lease is taken.
 */
export async function judgeOptions(request: OptionsRequest, seam: PassSeam): Promise<OptionsVerdict> {
  const admitted = await admittedPlan(request.admission, seam.workflow, seam.host)
  if ('foreign' in admitted) return allDenied(request, refuse(admitted.foreign).denial)
  const at = questionAt(locate(admitted.plan, request.step)?.instance)
  if (at === undefined) return allDenied(request, refuse(`the Plan has no question \`${request.step}\``).denial)
  for (let time = 0; time < TIMES; time += 1) {
    const verdict = await judgeOnce(request, seam, { ...admitted, at })
    if (verdict !== undefined) return verdict
  }
  throw new Error(`others keep judging the options of \`${request.step}\``)
}

type Judged = Exclude<Awaited<ReturnType<typeof admittedPlan>>, { foreign: string }> & { readonly at: Asking }

/**
 * One verdict, on record before anybody is asked: a question that offers anything else is not taken. Its place is taken before the
 * options are judged. Undefined where another worker has recorded one meanwhile, which may have seen newer facts.
 */
async function judgeOnce(
  request: OptionsRequest,
  seam: PassSeam,
  { admission, plan, at }: Judged,
): Promise<OptionsVerdict | undefined> {
  const { store } = seam.host
  const { step, options, grounds } = request
  const { runId, planDigest } = admission
  const place = await nextVerdict(store, { runId, step })
  const ledger = await ledgerOf(store, runId, { plan, votes: grounds.votes })
  const claimed = claimedOf(seam.host, { admission, plan, ledger, grounds })
  const strange = strangeOption(request, at, claimed)
  if (strange !== undefined) return allDenied(request, refuse(strange).denial)
  const run = runSoFar(admission, [plan], ledger.effects)
  const judging = { ...claimed, seam, run, plans: plansAround(at), id: step, site: siteOf(step) }
  const verdict = await verdictOn(options, judging)
  // The server has given this attempt up: the run will not hear of its verdict.
  seam.cancelled.throwIfAborted()
  const record = { runId, planDigest, step, options, ...verdict, ...place, at: new Date().toISOString() }
  return (await recordOptions(store, record)) ? verdict : undefined
}

function questionAt(instance: Instance | undefined): Asking | undefined {
  if (instance?.step.kind !== 'ask' || (isLoop(instance.step) && instance.item === undefined)) return undefined
  return { ...instance, step: instance.step }
}

/** The options must be those of the Plan, with the effects that it declares on the targets that follow from the facts. */
function strangeOption({ options }: OptionsRequest, at: Asking, claimed: Claimed): string | undefined {
  const known = new Known(claimed)
  const strange = strangeFact(claimed, at, known)
  if (strange !== undefined) return strange
  const scope = known.scopeAt(at, claimed.grounds.facts)
  const planned = at.step.choices.map(({ name, effects }) => ({
    name,
    effects: effects.map(({ effect, target }) => ({
      effect,
      target: Object.fromEntries(
        Object.entries(target).map(([field, operand]) => {
          const looked = resolveOperand(operand, scope)
          return [field, 'value' in looked ? looked.value : null]
        }),
      ),
    })),
  }))
  return canonical(planned) === canonical(options) ? undefined : 'the options are not those that the Plan has here'
}

async function verdictOn(options: readonly Option[], judging: Judging): Promise<OptionsVerdict> {
  const judged = await Promise.all(
    options.map(async ({ name, effects }) => {
      const denial = await denialUntilKnown(effects, { ...judging, site: `${judging.site}?${name}` })
      return [name, denial] as const
    }),
  )
  return {
    allowed: judged.flatMap(([name, denial]) => (denial === undefined ? [name] : [])),
    denied: Object.fromEntries(judged.flatMap(([name, denial]) => (denial === undefined ? [] : [[name, denial]]))),
  }
}

async function denialUntilKnown(effects: Option['effects'], judging: Judging): Promise<Denial | undefined> {
  const until = performance.now() + (judging.plans[0]?.unknownForMs ?? 0)
  for (;;) {
    const run = { ...judging.run, now: new Date().toISOString() }
    const { denial } = await judgeEffects(
      { ...judging, run },
      effects,
      new PassReadings(judging.seam.host, judging.run.id),
    )
    if (denial?.unknown !== true || performance.now() >= until) return denial
    await wait(REREAD_MS)
  }
}

function allDenied({ options }: OptionsRequest, denial: Denial): OptionsVerdict {
  return { allowed: [], denied: Object.fromEntries(options.map(({ name }) => [name, denial])) }
}
