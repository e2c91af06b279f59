import type { Plan } from '../../../schemas/plan.ts'
import { Lines } from '../../diagnostics/place.ts'
import type { Bench } from '../compile/bench.ts'
import { compileFacts, emptyFacts, factTypes, readFacts } from '../compile/facts.ts'
import type { FactDraft } from '../compile/facts.ts'
import type { Report } from '../report.ts'
import { bindRules, reachOf } from '../rules/bind.ts'
import type { Rule } from '../rules/rule.ts'
import { readFields, startOf } from '../shape/fields.ts'
import type { Fields } from '../shape/fields.ts'
import type { Source } from '../source.ts'
import type { World } from '../world.ts'
import type { Node } from '../yaml/node.ts'
import { assemblePlan } from './assemble.ts'
import { checkPaths } from './check-paths.ts'
import type { Body } from './check-paths.ts'
import { compileSteps, stepTypes } from './compile-steps.ts'
import { readHead } from './head.ts'
import type { Head } from './head.ts'
import { compileOutcomes } from './outcomes.ts'
import { withPremises } from './premise.ts'
import { readSteps } from './read-steps.ts'
import type { StepDraft } from './step.ts'

/** What a runbook is compiled against. */
export interface RunbookBench {
  readonly world: World
  readonly rules: readonly Rule[]
  readonly catalogueDigest: string
  readonly report: Report
}

const KEYS = {
  what: 'a runbook',
  required: [
    'runbook',
    'title',
    'source',
    'owner',
    'goal',
    'inputs',
    'coalesce',
    'doNot',
    'facts',
    'steps',
    'outcomes',
  ],
  optional: ['triggers'],
  later: { topology: 'RB0615', outputs: 'RB0614' },
}

/** Compiles one runbook to its Plan, or reports every mistake in it. */
export function compileRunbook(source: Source, node: Node, bench: RunbookBench): Plan | undefined {
  const { report } = bench
  const fields = readFields(node, KEYS, report)
  if (fields === undefined) return undefined
  const head = readHead(fields, { name: source.file, span: startOf(node) }, bench)
  const body = compileBody({ fields, head, source, span: startOf(node) }, bench)
  if (report.failed) return undefined
  const paths = checkPaths(body, report)
  const steps = withPremises(body, paths, report)
  const reach = reachOf(steps, body.outcomes, { paths, world: bench.world })
  const rules = bindRules(bench.rules, head.doNot, { reach, ...bench })
  return report.failed ? undefined : assemblePlan({ source, head, body: { ...body, steps }, rules, reach }, bench)
}

type Read = { readonly fields: Fields; readonly head: Head; readonly source: Source; readonly span: Body['span'] }

function compileBody({ fields, head, source, span }: Read, bench: RunbookBench): Body {
  const { report, world } = bench
  const drafts = readFacts(fields['facts'], { world, report, rule: false })
  const steps = fields['steps'] ? readSteps(fields['steps'], bench) : []
  checkNames(drafts, steps, report)
  tellUnread(drafts, fields['steps'], report)
  const inputs = Object.fromEntries(Object.entries(head.inputs).map(([name, { type }]) => [name, type]))
  const variables = {
    ...world.roots,
    inputs: { kind: 'object', fields: inputs } as const,
    ...factTypes(drafts),
    ...stepTypes(steps),
  }
  const work: Bench = {
    report,
    world,
    lines: new Lines(source.text),
    variables,
    fill: { root: 'inputs', fields: inputs },
    mayBeEmpty: emptyFacts(drafts),
  }
  return {
    facts: compileFacts(drafts, work),
    steps: compileSteps(steps, drafts, work),
    outcomes: fields['outcomes'] ? compileOutcomes(fields['outcomes'], { bench: work, steps, goal: head.goal }) : [],
    span,
  }
}

/** Facts and steps share one namespace. */
function checkNames(facts: readonly FactDraft[], steps: readonly StepDraft[], report: Report): void {
  const seen = new Map(facts.map(({ name, span }) => [name, span]))
  for (const { id } of steps) {
    const first = seen.get(id.text)
    if (first !== undefined) {
      report.error('RB0106', id.span, {
        message: `\`${id.text}\` is used twice: facts and steps share one namespace`,
        label: 'used again here',
        related: [{ span: first, label: 'first used here' }],
        help: 'give every fact and every step its own name',
      })
    }
    seen.set(id.text, id.span)
  }
}

/** A fact that no step reads, nor shows, is left over. */
function tellUnread(facts: readonly FactDraft[], steps: Node | undefined, report: Report): void {
  if (steps?.kind !== 'list') return
  const read = new Set(steps.items.flatMap(readBy))
  for (const { name, span } of facts) {
    if (!read.has(name))
      report.error('RB0218', span, {
        message: `no step reads the fact \`${name}\``,
        help: `add it to the \`read\` of a step, or drop it`,
      })
  }
}

function readBy(step: Node): string[] {
  if (step.kind !== 'map') return []
  const read = step.entries.find(({ key }) => key === 'read')?.value
  return read?.kind === 'list' ? read.items.flatMap((item) => (item.kind === 'scalar' ? [item.text] : [])) : []
}
