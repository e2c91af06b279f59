import type { AfterCheck } from '../../../schemas/plan.ts'
import { certainlyBefore, loopsOf } from '../../core/rules.ts'
import type { Site } from '../../core/rules.ts'
import { lineageOf } from '../ground/effects.ts'
import { isAllowlisted } from '../ground/entry-contracts.ts'
import { surelySame } from './same-subject.ts'
import type { Act } from './same-subject.ts'
import { causing, momentOf } from './settle-check.ts'
import type { Case, Settlement } from './settle-check.ts'

/** Form 3: an effect that is surely preceded is settled, and judged all the same; a reading must be settled, since no door guards it. */
export function settleAfter(one: Case<AfterCheck>): Settlement[] {
  const { check } = one
  const effects = causing(check.guards, one).map(({ site, effect }): Settlement => {
    const act = actOf(site, effect, one)
    const settled = check.each === undefined && check.after.every((name) => precedes(name, act, one))
    const moment = momentOf(site)
    if (!settled) refuseNever({ site, effect }, one)
    return settled
      ? { at: site.at, guarded: effect, verdict: 'settled', moments: ['C', moment] }
      : { at: site.at, guarded: effect, verdict: 'run-time', moments: [moment] }
  })
  return [...effects, ...readings(one)]
}

/** An effect before which no step does what must come first is denied in every run. */
function refuseNever({ site, effect }: { site: Site; effect: string }, one: Case<AfterCheck>): void {
  if (site.outcome !== undefined || site.undo) return
  const never = one.check.after.filter((name) => !placesOf(name, one).some((other) => mayPrecede(other, site, one)))
  if (never.length === 0) return
  const names = never.map((name) => `\`${name}\``).join(' and ')
  tell(site, `\`${site.at}\` has the effect \`${effect}\`, and no step before it reads or does ${names}`, one)
}

/** Steps are carried out in the order of the file; in a loop, what stands behind comes before the next item. */
function mayPrecede(other: Site, there: Site, { reach: { sites } }: Case): boolean {
  if (sites.indexOf(other) < sites.indexOf(there)) return true
  const loops = loopsOf(there)
  return loopsOf(other).some((loop) => loops.includes(loop))
}

function readings(one: Case<AfterCheck>): Settlement[] {
  const places = new Set(one.check.guards.flatMap((name) => one.reach.byReading.get(name) ?? []))
  return [...places].flatMap((site) =>
    site.reads.flatMap(({ fact, action }): Settlement[] => {
      if (!one.check.guards.includes(action)) return []
      const missing = one.check.after.filter((name) => {
        const there = actOf(site, action, one)
        return !readBefore(name, { site, fact }, one) && !actsFirst(name, there, one) && !precedes(name, there, one)
      })
      if (missing.length > 0) refuse({ site, fact, action }, missing, one)
      return [{ at: site.at, guarded: action, verdict: 'settled', moments: ['C'] }]
    }),
  )
}

/** Is it certain that this has happened before, on the same subject? */
function precedes(name: string, there: Act, one: Case<AfterCheck>): boolean {
  const acts = placesOf(name, one).flatMap((site) => actsAt(site, name, one))
  const same = acts.filter((act) => surelySame(act, there) && stands(act, there.site)).map(({ site }) => site)
  return same.length > 0 && certainlyBefore(same, there.site)
}

/** What nobody can read back is certain to nobody; and a run that is stopped takes back what it did before it says how it ended. */
function stands({ site: { step }, fact }: Act, there: Site): boolean {
  if (fact !== undefined) return true
  if (step?.kind !== 'do' || isAllowlisted(step.action)) return false
  return there.outcome === undefined || step.undo === undefined || isAtTheEnd(there)
}

/** Does an outcome ask for what only a run that comes to the end of the list can show? */
function isAtTheEnd({ outcome, body }: Site): boolean {
  const last = body.steps.at(-1)
  const goesOn = ['skipped', ...(last?.continueOn ?? [])]
  return (outcome?.when ?? []).some(
    ({ step, results }) => step === last?.id && results.every((result) => goesOn.includes(result)),
  )
}

function placesOf(name: string, one: Case): readonly Site[] {
  return [...new Set([...causing([name], one).map(({ site }) => site), ...(one.reach.byReading.get(name) ?? [])])]
}

/** A step that acts reads what it expects after its own effect. */
function actsFirst(name: string, there: Act, one: Case<AfterCheck>): boolean {
  return there.site.causes.length > 0 && actsAt(there.site, name, one).some((act) => surelySame(act, there))
}

/** In one step a fact is read before those whose inputs name it. */
function readBefore(name: string, { site, fact }: { site: Site; fact: string }, one: Case<AfterCheck>): boolean {
  const { facts } = site.body
  const needed = new Set<string>()
  const open = [...(facts[fact]?.after ?? [])]
  for (let other = open.pop(); other !== undefined; other = open.pop()) {
    if (!needed.has(other)) open.push(...(facts[other]?.after ?? []))
    needed.add(other)
  }
  return site.reads.some(
    (read) =>
      read.action === name &&
      needed.has(read.fact) &&
      surelySame(actOfFact(site, read.fact, one), actOfFact(site, fact, one)),
  )
}

function actsAt(site: Site, name: string, one: Case): Act[] {
  const ofEffects = site.causes.flatMap(({ effect, target }): Act[] => {
    const declared = one.world.effects.byName
    if (!lineageOf(effect, declared).includes(name)) return []
    return [{ site, types: declared.get(effect)?.target ?? {}, values: target }]
  })
  const facts = site.reads.filter(({ action }) => action === name)
  return [...ofEffects, ...facts.map(({ fact }) => actOfFact(site, fact, one))]
}

function actOf(site: Site, name: string, one: Case): Act {
  return actsAt(site, name, one)[0] ?? { site, types: {}, values: {} }
}

function actOfFact(site: Site, fact: string, { world }: Case): Act {
  const { action = '', with: values = {} } = site.reads.find((read) => read.fact === fact) ?? {}
  return { site, types: world.contracts.get(action)?.input.fields ?? {}, values, fact }
}

function refuse(
  { site, fact, action }: { site: Site; fact: string; action: string },
  missing: readonly string[],
  one: Case,
): void {
  const names = missing.map((name) => `\`${name}\``).join(' and ')
  const read = `\`${site.at}\` reads \`${fact}\` (\`${action}\`)`
  tell(site, `${read}, and ${names} of the same subject is not surely read or done before`, one)
}

function tell(site: Site, message: string, { rule, report, spanOf }: Case): void {
  report.error('RB0440', spanOf(site), {
    message,
    label: rule.plan.text,
    related: [{ span: rule.span, label: 'the rule' }],
    help: rule.plan.next,
  })
}
