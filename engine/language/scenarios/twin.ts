import { isMap, isSeq, parseDocument } from 'yaml'
import type { Document, YAMLMap, YAMLSeq } from 'yaml'
import type { Json } from '../../../schemas/json.ts'
import type { TwinEdit } from '../../../schemas/scenario.ts'
import { digestOfBytes } from '../digest.ts'
import { kindOfFile } from '../files.ts'
import type { CatalogueSources, Source } from '../source.ts'

/** How a catalogue differs from the one it is a twin of. */
export interface Difference {
  readonly runbook: string
  /** The only runbooks that are of interest; absent: all. */
  readonly only?: readonly string[]
  readonly edit: readonly TwinEdit[]
  /** A rule that is taken away, and out of every `doNot`. */
  readonly without?: string
}

/** The sources of a naive twin: the same catalogue, without what only tries it, with one runbook edited and one rule taken away where asked. */
export function twinSources(sources: CatalogueSources, { runbook, only, edit, without }: Difference): CatalogueSources {
  const tried = sources.files.filter((source) => isOf(source, only))
  const files = tried.map((source) => {
    const kind = kindOfFile(source)
    const edited =
      kind === 'runbook' && source.file.endsWith(`/${runbook}.yaml`)
        ? changed(source, (document) => applyEdits(document, edit))
        : source
    if (without === undefined) return edited
    if (kind === 'rules') return changed(edited, (document) => removeRule(document, without))
    return kind === 'runbook' ? changed(edited, (document) => removeCitation(document, without)) : edited
  })
  return { ...sources, files }
}

function isOf(source: Source, only: readonly string[] | undefined): boolean {
  const kind = kindOfFile(source)
  if (kind === 'scenario' || kind === 'recorded') return false
  if (only === undefined || kind !== 'runbook') return true
  return only.some((id) => source.file.endsWith(`/${id}.yaml`))
}

function changed(source: Source, change: (document: Document) => boolean): Source {
  const document = parseDocument(source.text, { version: '1.2', schema: 'failsafe', keepSourceTokens: true })
  if (!change(document)) return source
  const text = document.toString({ lineWidth: 0 })
  return { ...source, text, digest: digestOfBytes(text) }
}

function applyEdits(document: Document, edits: readonly TwinEdit[]): boolean {
  const steps = document.get('steps')
  if (!isSeq(steps)) return false
  for (const edit of edits) applyEdit(document, steps, edit)
  return edits.length > 0
}

function applyEdit(document: Document, steps: YAMLSeq, { step, set, after }: TwinEdit): void {
  const place = placeIn(steps, after ?? step)
  if (place === undefined) throw new Error(`the runbook has no step \`${after ?? step}\` to edit`)
  const { list, at } = place
  if (after !== undefined) {
    list.items.splice(at + 1, 0, document.createNode(written({ id: step, ...set })))
    return
  }
  const map = list.items[at] as YAMLMap
  for (const [key, value] of Object.entries(set)) {
    if (value === null) map.delete(key)
    else map.set(key, document.createNode(written(value)))
  }
}

/** Where a step stands, in a block too. */
function placeIn(list: YAMLSeq, id: string): { list: YAMLSeq; at: number } | undefined {
  const at = indexOf(list, id)
  if (at >= 0) return { list, at }
  for (const item of list.items) {
    const inner = isMap(item) ? item.get('steps') : undefined
    const found = isSeq(inner) ? placeIn(inner, id) : undefined
    if (found !== undefined) return found
  }
  return undefined
}

/** Data as it would be written: the language keeps the source of every scalar. */
function written(value: Json): unknown {
  if (Array.isArray(value)) return value.map(written)
  if (typeof value !== 'object' || value === null) return String(value)
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, written(inner)]))
}

function removeRule(document: Document, rule: string): boolean {
  const rules = document.get('rules')
  const at = isSeq(rules) ? indexOf(rules, rule) : -1
  if (at >= 0) (rules as YAMLSeq).items.splice(at, 1)
  return at >= 0
}

function removeCitation(document: Document, rule: string): boolean {
  const cited = document.get('doNot')
  if (!isSeq(cited)) return false
  const at = cited.toJSON().indexOf(rule)
  if (at >= 0) cited.items.splice(at, 1)
  return at >= 0
}

function indexOf(list: YAMLSeq, id: string): number {
  return list.items.findIndex((item) => isMap(item) && item.get('id') === id)
}
