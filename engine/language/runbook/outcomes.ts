import type { Span } from '../../../schemas/diagnostic.ts'
import type { Operands, OutcomeKind, OutcomePlan } from '../../../schemas/plan.ts'
import type { Bench, Use } from '../compile/bench.ts'
import { compileText } from '../compile/operand.ts'
import { claimEffect } from '../ground/effects.ts'
import { fillIn } from '../compile/inputs.ts'
import { asMap, readFields, startOf } from '../shape/fields.ts'
import { checkId, readOneOf, readWords } from '../shape/words.ts'
import type { Word } from '../shape/words.ts'
import type { MapEntry, Node } from '../yaml/node.ts'
import { readCondition } from './conditions.ts'
import { readRole } from './head.ts'
import type { StepDraft } from './step.ts'

/** What a runbook may declare; `refused` belongs to admission, the other kinds to the engine too. */
const DECLARABLE = [
  'succeeded',
  'succeeded-with-exception',
  'blocked',
  'escalated',
  'deadline-enforced',
  'platform-defect',
  'deferred',
] as const

/** An outcome with its place. */
export interface CompiledOutcome {
  readonly plan: OutcomePlan
  readonly span: Span
  readonly uses: readonly Use[]
  /** Does it say `when`? */
  readonly conditional: boolean
}

interface Around {
  readonly bench: Bench
  readonly steps: readonly StepDraft[]
  readonly goal: string
}

/** Compiles `outcomes`: looked at in the order written, the last one without a condition. */
export function compileOutcomes(node: Node, around: Around): CompiledOutcome[] {
  const { report } = around.bench
  const map = asMap(node, '`outcomes`', report)
  const entries = map?.entries ?? []
  const outcomes = entries.flatMap((entry) => compileOutcome(entry, around) ?? [])
  const open = outcomes.findIndex(({ conditional }) => !conditional)
  for (const { span } of open < 0 ? [] : outcomes.slice(open + 1)) {
    report.error('RB0114', span, {
      message: 'nothing reaches this outcome: the one before it has no `when`',
      help: 'put the one without `when` last',
    })
  }
  const hidden = entries.some(({ value }) => value.kind === 'map' && !value.entries.some(({ key }) => key === 'when'))
  if (map !== undefined && open < 0 && !hidden) {
    report.error('RB0114', startOf(map), {
      message: 'no outcome is without `when`: a run could end without one',
      help: 'add a last one, such as `unclear: { as: escalated, tell: [<role>] }`',
    })
  }
  return outcomes
}

function compileOutcome({ key, keySpan, value }: MapEntry, around: Around): CompiledOutcome | undefined {
  const { report } = around.bench
  checkId({ text: key, span: keySpan }, 'an outcome', report)
  const fields = readFields(
    value,
    { what: 'an outcome', required: ['as'], optional: ['when', 'claim', 'tell', 'say'] },
    report,
  )
  if (fields === undefined) return undefined
  const as = fields['as'] && readOneOf(fields['as'], DECLARABLE, { what: '`as`', report })
  const claimed = fields['claim'] ? readWords(fields['claim'], '`claim`', report) : []
  const claims = claimed.flatMap((word) => compileClaim(word, around) ?? [])
  const tell = fields['tell']
    ? readWords(fields['tell'], '`tell`', report).flatMap((word) => readRole(nodeOf(word), around.bench) ?? [])
    : []
  const say = fields['say'] && compileText(fields['say'], '`say`', around.bench)
  const when = readCondition(fields['when'], { before: around.steps, all: around.steps, report })
  if (as === undefined) return undefined
  refuseEmptySuccess(as, { claims: claimed, span: fields['as']?.span ?? keySpan }, around)
  return {
    plan: { name: key, as, when, claims, tell, ...(say && { say: say.operand }) },
    span: keySpan,
    uses: say?.uses ?? [],
    conditional: fields['when'] !== undefined,
  }
}

/** A claim's target is filled in like the ids of an input. */
function compileClaim(word: Word, { bench }: Around): { effect: string; target: Operands } | undefined {
  const { byName } = bench.world.effects
  const effect = claimEffect(word, byName, bench.report)
  if (effect === undefined) return undefined
  const fields = Object.fromEntries(
    Object.entries(byName.get(effect)?.target ?? {}).filter(([field]) => field !== 'run'),
  )
  const target = fillIn({ kind: 'object', fields }, new Set(), bench)
  const missing = Object.keys(fields).filter((field) => target[field] === undefined && !bench.report.broken.has(field))
  if (missing.length === 0) return { effect, target }
  return bench.report.error('RB0232', word.span, {
    message: `nothing says for which ${missing.map((field) => `\`${field}\``).join(', ')} \`${word.text}\` is claimed`,
    help: 'a claim is about inputs of the runbook: give it an input of this name and type',
  })
}

function refuseEmptySuccess(
  as: OutcomeKind,
  at: { claims: readonly Word[]; span: Span },
  { bench, goal }: Around,
): void {
  const claims = bench.world.effects.goals.get(goal)
  if (
    as !== 'succeeded' ||
    claims === undefined ||
    at.claims.some(({ text }) => !bench.world.effects.byName.has(`claim.${text}`) || claims.includes(`claim.${text}`))
  )
    return
  const names = claims.map((claim) => `\`${claim.replace(/^claim\./, '')}\``)
  bench.report.error('RB0221', at.span, {
    message: `a success of the goal \`${goal}\` claims ${names.join(' or ')}`,
    help: `add \`claim: [${names[0]?.replaceAll('`', '') ?? ''}]\`: a rule can then say what must be true`,
  })
}

function nodeOf({ text, span }: Word): Node {
  return { kind: 'scalar', span, text, plain: true, source: text }
}
