import type { Contract } from '../../../schemas/contract.ts'
import type { Span } from '../../../schemas/diagnostic.ts'
import { nearest } from '../../diagnostics/suggest.ts'
import type { Report } from '../report.ts'
import type { Word } from '../shape/words.ts'

/** What gives effects their names. */
export interface Certain {
  /** `claim.<as>` of every way in which a run ends. */
  readonly claims: readonly string[]
  readonly contracts: readonly Contract[]
  /** Actions that some runbook carries out. */
  readonly used: ReadonlySet<string>
}

/** An effect as it is declared. */
interface Named {
  readonly under: Word | undefined
  readonly span: Span
}

/** An effect that nobody can have, with a name that is a near miss of one that is missing, is that one: told once, there. */
export function addMeant<D extends Named>(
  drafts: Map<string, D>,
  { claims, contracts, used }: Certain,
  report: Report,
): void {
  const had = contracts.flatMap((contract) =>
    contract.kind === 'action' ? Object.keys(contract.effects).map((effect) => ({ contract, effect })) : [],
  )
  const taken = new Set([...claims, ...had.map(({ effect }) => effect), ...underIn(drafts)])
  const add = (effect: string, code: string, message: string) => {
    const meant = [...drafts.keys()].find((name) => !taken.has(name) && isSlip(name, effect))
    const draft = meant === undefined ? undefined : drafts.get(meant)
    if (drafts.has(effect) || draft === undefined) return
    report.error(code, draft.span, { message, help: `did you mean \`${effect}\`?` })
    drafts.set(effect, draft)
  }
  for (const claim of claims) add(claim, 'RB0224', missingClaim(claim))
  for (const { contract, effect } of had)
    if (used.has(contract.name)) add(effect, 'RB0216', undeclared(contract, effect))
}

function underIn(drafts: ReadonlyMap<string, Named>): string[] {
  return [...drafts.values()].flatMap(({ under }) => under?.text ?? [])
}

/** Each part of the one is that of the other, or near it. */
function isSlip(name: string, effect: string): boolean {
  const [parts, others] = [name.split('.'), effect.split('.')]
  return parts.length === others.length && parts.every((part, at) => isNear(part, others[at] ?? ''))
}

function isNear(part: string, other: string): boolean {
  return part === other || nearest(part, [other]) !== undefined
}

/** A way in which a run ends is missing. */
export function missingClaim(claim: string): string {
  return `\`${claim}\` is not declared: every way in which a run ends is an effect`
}

/** An effect of an action is missing. */
export function undeclared({ name }: Contract, effect: string): string {
  return `\`${name}\` has the effect \`${effect}\`, which is not declared here`
}
