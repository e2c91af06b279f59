import type { ParsedFile } from './ground/read-ground.ts'
import type { Policy } from './ground/policy.ts'
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

/** A number that nothing uses misleads whoever tunes it. */
export function tellUnusedPolicy(
  files: readonly ParsedFile[],
  policy: ReadonlyMap<string, Policy>,
  report: Report,
): void {
  const used = new Set([...Object.keys(ENGINE_VALUES), ...Object.keys(CHECK_VALUES)])
  for (const { node, kind } of files) if (node !== undefined && kind !== 'policy') gather(node, used)
  for (const [name, { span }] of policy) {
    if (!used.has(name))
      report.error('RB0219', span, { message: `nothing uses the policy value \`${name}\``, help: 'drop it' })
  }
}

function gather(node: Node, used: Set<string>): void {
  if (node.kind === 'scalar') for (const [, name] of node.text.matchAll(/\bpolicy\.(\w+)/g)) used.add(name ?? '')
  else if (node.kind === 'list') for (const item of node.items) gather(item, used)
  else for (const { value } of node.entries) gather(value, used)
}
