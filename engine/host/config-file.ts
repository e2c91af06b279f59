import { readSmallFile } from '../../evidence/small-file.ts'
import type { Diagnostic } from '../../schemas/diagnostic.ts'
import { Lines } from '../diagnostics/place.ts'
import { sourceOf } from '../language/read-catalogue.ts'
import { Report } from '../language/report.ts'
import type { Node } from '../language/yaml/node.ts'
import { parseYaml } from '../language/yaml/parse.ts'

/** A mistake in a configuration file, with its place in it. */
export interface ConfigMistake {
  readonly line: number
  readonly col: number
  readonly message: string
  readonly hint?: string
}

/** A configuration file as it was read, or what keeps it from being read. */
export type ConfigText =
  | { readonly value: unknown; placeOf(path: readonly PropertyKey[]): { readonly line: number; readonly col: number } }
  | { readonly mistakes: readonly ConfigMistake[] }

/** Reads a configuration file as strictly as a runbook: no key twice, no tag, no alias. A file of comments alone says nothing. */
export function readConfigFile(file: string): ConfigText {
  const source = sourceOf(file, readSmallFile(file))
  if (/^(\s*(#.*)?(\n|$))*$/.test(source.text)) return { value: {}, placeOf: () => ({ line: 1, col: 1 }) }
  const report = new Report()
  const node = parseYaml(source, report)
  const lines = new Lines(source.text)
  if (node === undefined || report.failed)
    return {
      mistakes: report.found.map((found) => ({ ...lines.at(found.span.start), ...saidOf(found) })),
    }
  return { value: valueOf(node), placeOf: (path) => lines.at(offsetOf(node, path)) }
}

/** What follows a `!` may be anything, a secret too. */
function saidOf({ code, message, help }: Diagnostic): Pick<ConfigMistake, 'message' | 'hint'> {
  if (code === 'RB0004')
    return { message: 'YAML reads this as a tag, or as a sign of its own', hint: 'put it in quotes' }
  return { message, ...(help === undefined ? {} : { hint: help }) }
}

/** Keys come from a file: `__proto__` is one like any other. */
function valueOf(node: Node): unknown {
  if (node.kind === 'list') return node.items.map(valueOf)
  if (node.kind === 'scalar') return node.plain ? plainValue(node.text) : node.text
  const entries = node.entries.map(({ key, value }) => [key, valueOf(value)] as const)
  return Object.fromEntries(entries)
}

/** What YAML 1.2 means by a word without quotes. */
function plainValue(text: string): unknown {
  if (text === '' || text === 'null' || text === '~') return null
  if (text === 'true' || text === 'false') return text === 'true'
  return /^-?\d{1,15}(\.\d+)?$/.test(text) ? Number(text) : text
}

/** Where a key, or an item of a list, begins; of a path that is not there, the last part that is. */
function offsetOf(node: Node, path: readonly PropertyKey[], before = node.span.start): number {
  const [step, ...rest] = path
  if (step === undefined) return before
  if (node.kind === 'list') {
    const item = node.items[Number(step)]
    return item === undefined ? before : offsetOf(item, rest, item.span.start)
  }
  const entry = node.kind === 'map' ? node.entries.find(({ key }) => key === String(step)) : undefined
  return entry === undefined ? before : offsetOf(entry.value, rest, entry.keySpan.start)
}
