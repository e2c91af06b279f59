import type { Allowlist } from '../../../schemas/allowlist.ts'
import type { Contract } from '../../../schemas/contract.ts'
import type { Span } from '../../../schemas/diagnostic.ts'
import type { Report } from '../report.ts'
import type { FileKind } from '../files.ts'
import { CHECK_VALUES, ENGINE_VALUES, policyAsUsed, REQUIRED_VALUES } from '../unused-policy.ts'
import { fieldsOf } from '../shape/fields.ts'
import type { Keys } from '../shape/fields.ts'
import { typeTable } from '../type-table.ts'
import { rootsOf } from '../world.ts'
import type { World } from '../world.ts'
import type { Node } from '../yaml/node.ts'
import { readAllowlist } from './allowlist.ts'
import { readCalendar } from './calendar.ts'
import type { ClosedWindow } from './calendar.ts'
import { checkContracts, lineageOf, readEffects } from './effects.ts'
import type { Effects } from './effects.ts'
import { entryContracts } from './entry-contracts.ts'
import { EFFECTS_FILE_KEYS, POLICY_FILE_KEYS } from './keys.ts'
import { readOverlay, readPolicy } from './policy.ts'
import type { PolicyFile } from './policy.ts'

/** A file of a catalogue as a tree; `undefined` where it is no YAML. */
export interface ParsedFile {
  readonly kind: FileKind
  readonly file: string
  readonly node: Node | undefined
}

/** What all runbooks and rules of a catalogue share. */
export interface Ground {
  readonly world: World
  readonly allowlist: Allowlist
  readonly calendar: { readonly closed: readonly ClosedWindow[] }
}

interface Files {
  readonly files: readonly ParsedFile[]
  readonly overlays: readonly ParsedFile[]
}

/** Reads effects, policy, roles, allowlist and calendar, and checks them against the contracts. */
export function readGround({ files, overlays }: Files, contracts: readonly Contract[], report: Report): Ground {
  const types = typeTable(contracts)
  const node = (kind: FileKind) => files.find((file) => file.kind === kind)?.node
  const effectsNode = node('effects')
  const used = namedActions(files)
  const effects: Effects = effectsNode
    ? readEffects(effectsNode, types, { report, contracts, used })
    : { byName: new Map(), goals: new Map() }
  const policyNode = node('policy')
  const read: PolicyFile = policyNode ? readPolicy(policyNode, types, report) : { values: new Map(), roles: new Map() }
  const base: PolicyFile = { ...read, values: policyAsUsed(files, read.values, report) }
  if (hasMap(policyNode, 'values', POLICY_FILE_KEYS)) requireValues(base, policyNode?.span, report)
  let policy = base.values
  for (const overlay of overlays) if (overlay.node) policy = readOverlay(overlay.node, policy, { types, report })
  const allowlistNode = node('allowlist')
  const allowlist = allowlistNode
    ? readAllowlist(allowlistNode, { types, effects: effects.byName, report })
    : { shell: [], http: [] }
  const calendarNode = node('calendar')
  const all = [...contracts, ...entryContracts(allowlist)]
  if (effectsNode && effects.byName.size > 0) {
    const span = { ...effectsNode.span, end: effectsNode.span.start + 1 }
    checkContracts(
      contracts.filter(({ name }) => used.has(name)),
      effects,
      { report, span },
    )
  }
  const world: World = {
    contracts: new Map(all.map((contract) => [contract.name, contract])),
    types,
    effects,
    policy,
    roles: base.roles,
    possible: possibleEffects(all, effects),
    roots: rootsOf(policy, effects),
  }
  return { world, allowlist, calendar: { closed: calendarNode ? readCalendar(calendarNode, report) : [] } }
}

/** Without effects, goals, policy values and roles nobody can tell what the other files name. */
export function isWhole(files: readonly ParsedFile[]): boolean {
  const node = (kind: FileKind) => files.find((file) => file.kind === kind)?.node
  const has = (kind: FileKind, key: string, keys: Keys) => hasMap(node(kind), key, keys)
  return (
    ['effects', 'goals'].every((key) => has('effects', key, EFFECTS_FILE_KEYS)) &&
    ['values', 'roles'].every((key) => has('policy', key, POLICY_FILE_KEYS))
  )
}

function hasMap(node: Node | undefined, key: string, keys: Keys): boolean {
  const value = node?.kind === 'map' ? fieldsOf(node, keys)[key] : undefined
  return value?.kind === 'map' && value.entries.length > 0
}

/** Actions that some runbook of the catalogue carries out: the effects of the others need not be declared. */
function namedActions(files: readonly ParsedFile[]): Set<string> {
  return new Set(files.flatMap(({ kind, node }) => (kind === 'runbook' && node !== undefined ? [...doneIn(node)] : [])))
}

function* doneIn(node: Node): Generator<string> {
  if (node.kind === 'list') for (const item of node.items) yield* doneIn(item)
  if (node.kind !== 'map') return
  for (const { key, value } of node.entries) {
    if (key === 'do' && value.kind === 'scalar') yield value.text
    else yield* doneIn(value)
  }
}

/** Effects that something in this installation can cause: actions have theirs, and every outcome is a claim. */
function possibleEffects(contracts: readonly Contract[], { byName }: Effects): Set<string> {
  const ofActions = contracts.flatMap((contract) => (contract.kind === 'action' ? Object.keys(contract.effects) : []))
  const claims = [...byName.keys()].filter((name) => name === 'claim' || name.startsWith('claim.'))
  return new Set([...ofActions, ...claims].flatMap((effect) => lineageOf(effect, byName)))
}

/** Values that the engine itself lives by have their units. */
function requireValues({ values }: PolicyFile, span: Span | undefined, report: Report): void {
  if (span === undefined) return
  const at = { ...span, end: span.start + 1 }
  for (const [name, unit] of Object.entries({ ...ENGINE_VALUES, ...CHECK_VALUES })) {
    const value = values.get(name)
    if (value === undefined && (report.broken.has(name) || !REQUIRED_VALUES.includes(name))) continue
    if (value === undefined) report.error('RB0102', at, `the policy file needs the value \`${name}\` (${unit})`)
    else if (value.unit !== unit)
      report.error('RB0112', value.span, `\`${name}\` is a ${unit}, and here a ${value.unit}`)
  }
}
