import type { Plan } from '../../../schemas/plan.ts'
import type { LoopItem } from '../compile/bench.ts'
import { Lines } from '../../diagnostics/place.ts'
import type { Bench } from '../compile/bench.ts'
import { compileFacts, emptyFacts, factReadings, factTypes, readFacts } from '../compile/facts.ts'
import type { FactDraft } from '../compile/facts.ts'
import type { Report } from '../report.ts'
import type { Rule } from '../rules/rule.ts'
import { settleRules } from '../rules/settle.ts'
import { asList, asMap, readFields, startOf } from '../shape/fields.ts'
import type { Fields } from '../shape/fields.ts'
import type { Source } from '../source.ts'
import type { Node } from '../yaml/node.ts'
import { assemblePlan } from './assemble.ts'
import { bodyPlan } from './body-plan.ts'
import { checkPaths } from './check-paths.ts'
import type { Body } from './check-paths.ts'
import { compileSteps } from './compile-steps.ts'
import { readHead } from './head.ts'
import type { Head } from './head.ts'
import { RUNBOOK_KEYS } from './keys.ts'
import type { Around } from './kind-details.ts'
import { checkNames, tellUnread } from './names.ts'
import { compileOutcomes } from './outcomes.ts'
import { compileOutputs } from './outputs.ts'
import { withPremises } from './premise.ts'
import { readSteps } from './read-steps.ts'
import { compileSections } from './sections.ts'
import type { Sections } from './sections.ts'
import { spansOf } from './spans.ts'
import { everyDraft } from './step.ts'
import type { LoopDraft, StepDraft } from './step.ts'
import { addStepTypes } from './step-types.ts'
import { checkTopology } from './topology.ts'

/** What a runbook is compiled against. */
export interface RunbookBench extends Around {
  readonly rules: readonly Rule[]
  readonly rulesKnown: boolean
  readonly catalogueDigest: string
}

/** Compiles one runbook to its Plan, or reports every mistake in it. */
export function compileRunbook(source: Source, node: Node, bench: RunbookBench): Plan | undefined {
  const { report, world } = bench
  const fields = readFields(node, RUNBOOK_KEYS, report)
  if (fields === undefined) return undefined
  const whole = isWhole(fields, report)
  const head = readHead(whole ? fields : withoutInputs(fields), { name: source.file, span: startOf(node) }, bench)
  if (!whole) return undefined
  const body = compileBody({ fields, head, source, span: startOf(node) }, bench)
  if (report.failed || body === undefined) return undefined
  const paths = checkPaths(body, report)
  const complete = { ...body, steps: withPremises(body, paths, report) }
  const parts = { source, head, body: complete, paths }
  const plan = bodyPlan(parts, world)
  const settled = settleRules(bench.rules, head.doNot, {
    body: plan,
    spanOf: spansOf(complete),
    world,
    report,
    rulesKnown: bench.rulesKnown,
  })
  return report.failed ? undefined : assemblePlan({ ...parts, plan, settled }, bench)
}

/** Without its inputs, facts and steps nobody can tell what the rest of a runbook names. */
function isWhole({ inputs, facts, steps }: Fields, report: Report): boolean {
  const parts = [
    inputs && asMap(inputs, '`inputs`', report),
    facts && asMap(facts, '`facts`', report),
    steps && asList(steps, '`steps`', report),
  ]
  return !parts.includes(undefined)
}

function withoutInputs({ inputs: _inputs, triggers: _triggers, coalesce: _coalesce, ...rest }: Fields): Fields {
  return rest
}

interface Read {
  readonly fields: Fields
  readonly head: Head
  readonly source: Source
  readonly span: Body['span']
}

/** A body with what only the Plan needs of it. */
export interface WholeBody extends Body {
  readonly sections: Sections | undefined
  readonly callees: readonly Plan[]
}

function compileBody(read: Read, bench: RunbookBench): WholeBody | undefined {
  const { fields, head } = read
  const { report } = bench
  const declared = readFacts(fields['facts'], { world: bench.world, report, rule: false })
  const steps = fields['steps'] ? readSteps(fields['steps'], bench) : []
  if (tooMany(steps, report)) return undefined
  checkNames(declared, steps, report)
  const drafts = tellUnread(declared, fields, report)
  checkTopology(head.topology, everyDraft(steps), report)
  const { work, items } = benchOf(read, { drafts, steps }, bench)
  const whole = everyDraft(steps).every(({ kind }) => kind !== 'other')
  const body = {
    facts: compileFacts(drafts, work),
    steps: compileSteps(steps, { bench: work, facts: drafts, items }),
    outcomes: fields['outcomes'] ? compileOutcomes(fields['outcomes'], { bench: work, steps, goal: head.goal }) : [],
    outputs: compileOutputs(fields['outputs'], work),
    sections: compileSections(fields['sections'], work),
    callees: everyDraft(steps).flatMap((draft) => (draft.kind === 'call' ? [draft.callee] : [])),
    span: read.span,
  }
  return whole ? body : undefined
}

const MAX_STEPS = 500

/** Checking is bounded in time, and nobody follows a runbook of this length. */
function tooMany(steps: readonly StepDraft[], report: Report): boolean {
  const every = everyDraft(steps)
  const first = every[MAX_STEPS]
  if (first === undefined) return false
  report.error('RB0009', first.span, {
    message: `this runbook has ${every.length} steps; at most ${MAX_STEPS} are read`,
    help: 'split it, or put what is alike into a loop',
  })
  return true
}

interface Drafts {
  readonly drafts: readonly FactDraft[]
  readonly steps: readonly StepDraft[]
}

/** What expressions of this runbook can name, wherever they stand; whether it has a value there is for the paths. */
function benchOf(
  { head, source }: Read,
  { drafts, steps }: Drafts,
  { report, world }: RunbookBench,
): { work: Bench; items: ReadonlyMap<LoopDraft, LoopItem> } {
  const inputs = Object.fromEntries(Object.entries(head.inputs).map(([name, { type }]) => [name, type]))
  const variables = { ...world.roots, inputs: { kind: 'object', fields: inputs } as const, ...factTypes(drafts) }
  const items = new Map<LoopDraft, LoopItem>()
  addStepTypes(steps, { variables, items, report })
  const work = {
    report,
    world,
    lines: new Lines(source.text),
    variables,
    readings: factReadings(drafts),
    fill: { root: 'inputs', fields: inputs } as const,
    mayBeEmpty: emptyFacts(drafts),
  }
  return { work, items }
}
