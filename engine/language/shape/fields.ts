import type { Span } from '../../../schemas/diagnostic.ts'
import { nearest } from '../../diagnostics/suggest.ts'
import type { Report } from '../report.ts'
import { kindOf } from '../yaml/node.ts'
import type { ListNode, MapEntry, MapNode, Node } from '../yaml/node.ts'

/** Which keys a map may have. */
export interface Keys {
  /** What the map is, for messages: `a step`. */
  readonly what: string
  readonly required: readonly string[]
  readonly optional?: readonly string[]
}

/** The values of a map by key. */
export type Fields = Readonly<Record<string, Node | undefined>>

/** Reads a map with these keys and no others. Missing and unknown keys are reported, each mistake once. */
export function readFields(node: Node, keys: Keys, report: Report): Fields | undefined {
  const map = asMap(node, keys.what, report)
  if (map === undefined) return undefined
  const known = keysOf(keys)
  const ordered = openFirst(map, known)
  for (const entry of map.entries) {
    if (!known.includes(entry.key)) tellUnknown(entry, { known, ordered, what: keys.what, report })
  }
  const fields = fieldsOf(map, keys)
  const gone = keys.required.filter((key) => fields[key] === undefined)
  if (gone.length > 0) tellMissing(map, { gone, what: keys.what, report })
  return fields
}

/** The same without a word: what stands under a misspelt key stands under the one that is meant, too. */
export function fieldsOf(map: MapNode, keys: Pick<Keys, 'required' | 'optional'>): Fields {
  const meant = meantKeys(map, keysOf(keys))
  const fields = map.entries.map(({ key, value }): [string, Node] => [key, value])
  const misspelt = map.entries.flatMap(({ key, value }): [string, Node][] => {
    const name = meant.get(key)
    return name === undefined ? [] : [[name, value]]
  })
  return Object.fromEntries([...fields, ...misspelt])
}

/** Which keys of a map are near misses of keys that are missing there: one mistake each, of which nothing follows. */
export function meantKeys(map: MapNode, known: readonly string[]): ReadonlyMap<string, string> {
  const meant = new Map<string, string>()
  const taken = new Set(map.entries.map(({ key }) => key))
  const ordered = openFirst(map, known)
  for (const { key } of map.entries) {
    const name = known.includes(key) ? undefined : nearest(key, ordered)
    if (name === undefined || taken.has(name)) continue
    meant.set(key, name)
    taken.add(name)
  }
  return meant
}

function keysOf({ required, optional = [] }: Pick<Keys, 'required' | 'optional'>): string[] {
  return [...required, ...optional]
}

/** Of two that are as near, the one that is missing is meant. */
function openFirst(map: MapNode, known: readonly string[]): string[] {
  const there = new Set(map.entries.map(({ key }) => key))
  return [...known.filter((name) => !there.has(name)), ...known.filter((name) => there.has(name))]
}

/** The node as a map. */
export function asMap(node: Node, what: string, report: Report): MapNode | undefined {
  if (node.kind === 'map') return node
  return report.error('RB0103', startOf(node), `${what} is a map (\`key: value\`), and this is ${kindOf(node)}`)
}

/** The node as a list. */
export function asList(node: Node, what: string, report: Report): ListNode | undefined {
  if (node.kind === 'list') return node
  return report.error('RB0103', startOf(node), {
    message: `${what} is a list, and this is ${kindOf(node)}`,
    ...helpFor(node),
  })
}

/** A short span at the beginning of a node that may be long. */
export function startOf(node: Node): Span {
  const { file, start, end } = node.span
  if (node.kind === 'scalar') return { file, start, end: Math.max(end, start + 1) }
  const first = node.kind === 'map' ? node.entries[0]?.keySpan.end : node.items[0]?.span.end
  return { file, start, end: Math.max(Math.min(first ?? end, end), start + 1) }
}

function tellUnknown(
  entry: MapEntry,
  at: { known: readonly string[]; ordered: readonly string[]; what: string; report: Report },
): void {
  const meant = nearest(entry.key, at.ordered)
  const cut = entry.value.kind === 'scalar' && entry.value.text === '' && meant === undefined
  const help =
    meant !== undefined
      ? `did you mean \`${meant}\`?`
      : cut
        ? 'if it belongs to the text before it, put that text in quotes'
        : `the keys of ${at.what} are ${at.known.join(', ')}`
  at.report.error('RB0101', entry.keySpan, { message: `${at.what} has no key \`${entry.key}\``, help })
}

function tellMissing(
  map: MapNode,
  { gone, what, report }: { gone: readonly string[]; what: string; report: Report },
): void {
  const names = gone.map((key) => `\`${key}\``).join(', ')
  report.error('RB0102', startOf(map), {
    message: `${what} needs ${names}`,
    label: `${gone.length === 1 ? 'it is' : 'they are'} required`,
  })
}

function helpFor(node: Node): { help: string } | object {
  return node.kind === 'scalar' && node.text !== '' ? { help: `write \`[${node.text}]\`` } : {}
}
