import type { Span } from '../../../schemas/diagnostic.ts'
import { underUsed } from '../compile/facts.ts'
import type { FactDraft } from '../compile/facts.ts'
import { meantBySome, misdeclared, namesIn } from '../misdeclared.ts'
import type { Report } from '../report.ts'
import { fieldsOf } from '../shape/fields.ts'
import type { Fields } from '../shape/fields.ts'
import type { Word } from '../shape/words.ts'
import type { Node } from '../yaml/node.ts'
import { everyDraft } from './step.ts'
import type { StepDraft } from './step.ts'
import { ANY_STEP } from './step-keys.ts'

/** Facts, steps and loop items share one namespace; an item's name may come again in a loop that stands elsewhere. */
export function checkNames(facts: readonly FactDraft[], steps: readonly StepDraft[], report: Report): void {
  const seen = new Map(facts.map(({ name, span }) => [name, span]))
  for (const { id } of everyDraft(steps)) {
    tellTwice(id, seen.get(id.text), report)
    seen.set(id.text, id.span)
  }
  checkItems(steps, seen, report)
}

function checkItems(steps: readonly StepDraft[], taken: ReadonlyMap<string, Span>, report: Report): void {
  for (const step of steps) {
    const item = step.loop?.item
    if (item !== undefined) tellTwice(item, taken.get(item.text), report)
    const inside = item === undefined ? taken : new Map([...taken, [item.text, item.span]])
    if (step.kind === 'block') checkItems(step.steps, inside, report)
  }
}

function tellTwice({ text, span }: Word, first: Span | undefined, report: Report): void {
  if (first === undefined) return
  report.error('RB0106', span, {
    message: `\`${text}\` is used twice: facts, steps and loop items share one namespace`,
    label: 'used again here',
    related: [{ span: first, label: 'first used here' }],
    help: 'give every one of them its own name',
  })
}

/**
 * A fact that no step reads is left over; steps are looked at as they were written, whatever else is wrong with them. Where
 * its name is a near miss of one that steps read and nobody declares, both are one mistake. The facts come back under the
 * names that are used.
 */
export function tellUnread(facts: readonly FactDraft[], { steps, ...others }: Fields, report: Report): FactDraft[] {
  const names = steps?.kind === 'list' ? readBy(steps) : undefined
  if (names === undefined) return [...facts]
  const [read, declared] = [new Set(names), new Set(facts.map(({ name }) => name))]
  const strange = [...read].filter((name) => !declared.has(name) && !report.excuses(name))
  const known = { declared: [...declared], uses: [steps, ...Object.values(others)].flatMap(namesIn), strange }
  const [instead, meant] = [misdeclared(known), meantBySome(known)]
  for (const { name, span } of facts) {
    const used = instead.get(name)
    if (read.has(name) || (used === undefined && meant.has(name))) continue
    report.error('RB0218', span, {
      message: `no step reads the fact \`${name}\``,
      help: used === undefined ? `add it to the \`read\` of a step, or drop it` : `did you mean \`${used}\`?`,
    })
  }
  return underUsed(facts, instead)
}

/** The names under `read`; undefined where one of them is no list. */
function readBy(steps: Node | undefined): string[] | undefined {
  if (steps?.kind !== 'list') return []
  const found = steps.items.map((step) => {
    if (step.kind !== 'map') return []
    const { read, steps: within } = fieldsOf(step, ANY_STEP)
    const inner = readBy(within)
    if ((read !== undefined && read.kind !== 'list') || inner === undefined) return undefined
    return [...(read?.items ?? []).flatMap((item) => (item.kind === 'scalar' ? [item.text] : [])), ...inner]
  })
  return found.includes(undefined) ? undefined : found.flatMap((names) => names ?? [])
}
