import type { ObjectType, ValueType } from '../../../schemas/value-type.ts'
import { describeType, sameType } from '../../core/cel.ts'
import type { LoopItem } from '../compile/bench.ts'
import { typeAt } from '../compile/path.ts'
import type { Report } from '../report.ts'
import type { LoopDraft, StepDraft } from './step.ts'

/** The roots that steps and loops bring, as they are gathered. */
export interface StepTypes {
  /** Types by root; facts, inputs and the like are there already. */
  readonly variables: Record<string, ValueType>
  /** The item of each loop whose list is one. */
  readonly items: Map<LoopDraft, LoopItem>
  readonly report: Report
}

/** Adds the types of what steps and loops bring, in the order written. */
export function addStepTypes(drafts: readonly StepDraft[], types: StepTypes): void {
  for (const draft of drafts) {
    if (draft.loop !== undefined) addItem(draft.loop, types)
    if (draft.kind === 'block') addStepTypes(draft.steps, types)
    const type = valueOf(draft)
    if (type !== undefined) types.variables[draft.id.text] = type
  }
}

/** A decision is known by its case, a question by the option, an action by its output, a call by its outputs. */
function valueOf(draft: StepDraft): ValueType | undefined {
  switch (draft.kind) {
    case 'do':
      return draft.contract.output
    case 'decide':
      return { kind: 'enum', of: draft.id.text, words: [...draft.cases, 'mixed', 'unknown'] }
    case 'ask':
      return { kind: 'enum', of: draft.id.text, words: draft.options }
    case 'call':
      return outputsOf(draft)
    default:
      return undefined
  }
}

function outputsOf({ callee }: StepDraft & { kind: 'call' }): ObjectType {
  return {
    kind: 'object',
    fields: Object.fromEntries(Object.entries(callee.outputs ?? {}).map(([name, { type }]) => [name, type])),
  }
}

function addItem(loop: LoopDraft, types: StepTypes): void {
  const { variables, report, items } = types
  const { text: name, span } = loop.item
  const type = listItem(loop, types)
  if (type === undefined) return void report.broken.add(name)
  const other = [...items.values()].find((item) => item.name === name)
  if (other !== undefined && !sameShape(other.type, type)) {
    report.error('RB0106', span, {
      message: `\`${name}\` is the item of another loop already, and of another type there`,
      help: 'give it a name of its own',
    })
  }
  // A fact or a step of this name keeps its type: that the name is taken is told where names are checked.
  if (!Object.hasOwn(variables, name)) variables[name] = type
  items.set(loop, { name, type })
}

function listItem({ path, pathSpan }: LoopDraft, types: StepTypes): ValueType | undefined {
  const type = typeAt({ path, span: pathSpan }, types)
  if (type === undefined || type.kind === 'list') return type?.item
  return types.report.error('RB0205', pathSpan, {
    message: `\`forEach\` takes a list, and \`${path.join('.')}\` is ${describeType(type)}`,
    label: describeType(type),
  })
}

/** Objects of one shape are of one type here: expressions inside both loops see the same fields. */
function sameShape(a: ValueType, b: ValueType): boolean {
  if (a.kind === 'list' && b.kind === 'list') return sameShape(a.item, b.item)
  if (a.kind === 'optional' && b.kind === 'optional') return sameShape(a.inner, b.inner)
  if (a.kind !== 'object' || b.kind !== 'object') return sameType(a, b)
  const [names, others] = [Object.keys(a.fields), Object.keys(b.fields)]
  return names.length === others.length && names.every((name) => isSame(a.fields[name], b.fields[name]))
}

function isSame(a: ValueType | undefined, b: ValueType | undefined): boolean {
  return a !== undefined && b !== undefined && sameShape(a, b)
}
