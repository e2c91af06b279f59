import { nearest } from '../diagnostics/suggest.ts'
import type { ParsedFile } from './ground/read-ground.ts'
import type { Policy } from './ground/policy.ts'
import { meantBySome, misdeclared } from './misdeclared.ts'
import type { Names } from './misdeclared.ts'
import type { Report } from './report.ts'
import type { Node } from './yaml/node.ts'

/** Values that the engine itself uses, with their units. */
export const ENGINE_VALUES: Readonly<Record<string, 'count' | 'duration'>> = {
  conflictRounds: 'count',
  unknownFor: 'duration',
  overridePatience: 'duration',
  watchEvery: 'duration',
  leasePatience: 'duration',
  proposePatience: 'duration',
  executionEvents: 'count',
}

/** Values that only the check of a catalogue uses: no Plan holds them, so that tuning them asks nobody for a new approval. */
export const CHECK_VALUES: Readonly<Record<string, 'duration'>> = { reviewWithin: 'duration' }

/** Those without which there is no catalogue: for the others the engine has numbers of its own. */
export const REQUIRED_VALUES: readonly string[] = ['conflictRounds', 'unknownFor']

const ENGINE_AND_CHECK: readonly string[] = [...Object.keys(ENGINE_VALUES), ...Object.keys(CHECK_VALUES)]

/** What is told before it is told which values nothing uses. */
export interface Told {
  readonly report: Report
  /** Is the mistake in this word told where it stands, or may it be? */
  readonly isTold: (word: string) => boolean
}

/** A number that nothing uses misleads whoever tunes it. Where an error says already that another word means it, that is one mistake. */
export function tellUnusedPolicy(
  files: readonly ParsedFile[],
  policy: ReadonlyMap<string, Policy>,
  { report, isTold }: Told,
): void {
  const { declared, uses, strange } = policyNames(files, policy)
  const used = new Set([...uses, ...meantBySome({ declared, strange: strange.filter(isTold) })])
  for (const [name, { span }] of policy) {
    if (used.has(name)) continue
    const engine = nearest(name, unset(policy))
    const help = engine === undefined ? 'drop it' : `did you mean \`${engine}\`?`
    report.error('RB0219', span, { message: `nothing uses the policy value \`${name}\``, help })
  }
}

/** What the engine would use, and has numbers of its own for. */
function unset(policy: ReadonlyMap<string, Policy>): string[] {
  return ENGINE_AND_CHECK.filter((name) => !policy.has(name))
}

/** Values under the names by which they are used: one that is declared under a near miss of it is told once, there. */
export function policyAsUsed(
  files: readonly ParsedFile[],
  policy: ReadonlyMap<string, Policy>,
  report: Report,
): ReadonlyMap<string, Policy> {
  const instead = misdeclared(policyNames(files, policy))
  for (const [name, used] of instead) {
    const { span } = policy.get(name) ?? {}
    report.broken.add(name)
    if (span === undefined) continue
    const help = `did you mean \`${used}\`?`
    if (REQUIRED_VALUES.includes(used))
      report.error('RB0102', span, { message: `the policy file needs the value \`${used}\``, help })
    else report.error('RB0219', span, { message: `nothing uses the policy value \`${name}\``, help })
  }
  return new Map([...policy].map(([name, value]) => [instead.get(name) ?? name, value]))
}

/** What the engine cannot do without is used for certain: it counts twice. Another value may be near what it can do without. */
function policyNames(files: readonly ParsedFile[], policy: ReadonlyMap<string, Policy>): Names {
  const written = files.flatMap(({ node, kind }) => (node === undefined || kind === 'policy' ? [] : gather(node)))
  const needed = [...REQUIRED_VALUES, ...REQUIRED_VALUES, ...written]
  const strange = [...new Set(needed)].filter((name) => !policy.has(name))
  return { declared: [...policy.keys()], uses: [...ENGINE_AND_CHECK, ...needed], strange }
}

/**
 * The policy values that a part uses, as often as it does. In a text for people they are used in braces only: a title that speaks of
 * one uses nothing.
 */
function gather(node: Node, key = ''): string[] {
  if (node.kind === 'list') return node.items.flatMap((item) => gather(item, key))
  if (node.kind === 'map')
    return node.entries.flatMap((entry) => gather(entry.value, NAMED_WITHIN.includes(key) ? key : entry.key))
  const said = TEXTS.includes(key) ? (node.text.match(/\{\{[^{}]*\}\}/g) ?? []).join(' ') : node.text
  return [...said.matchAll(/\bpolicy\s*\.\s*(\w+)/g)].map(([, name = '']) => name)
}

/** Texts for people, of runbooks and of rules. */
const TEXTS: readonly string[] = [
  ...['title', 'source', 'owner', 'sections', 'leaves', 'ask', 'approve', 'say'],
  ...['text', 'next'],
]

/** What stands under these has names of its own, such as those of cases. */
const NAMED_WITHIN: readonly string[] = ['decide', 'sections']
