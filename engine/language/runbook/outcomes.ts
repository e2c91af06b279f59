import type { Span } from '../../../schemas/diagnostic.ts'
import { SUCCESSES } from '../../../schemas/plan.ts'
import type { OutcomeKind, OutcomePlan } from '../../../schemas/plan.ts'
import type { Bench, Use } from '../compile/bench.ts'
import { compileText } from '../compile/operand.ts'
import { asMap, readFields, startOf } from '../shape/fields.ts'
import { checkId, readOneOf, readWords } from '../shape/words.ts'
import type { Word } from '../shape/words.ts'
import type { MapEntry, Node } from '../yaml/node.ts'
import { readCondition } from './conditions.ts'
import type { Report } from '../report.ts'
import { readRole } from './head.ts'
import { OUTCOME_KEYS } from './keys.ts'
import { OWN_RESULTS } from './own-results.ts'
import type { StepDraft } from './step.ts'
import { compileTargets } from './targets.ts'

/** What a runbook may declare; `refused` belongs to admission, the other kinds to the engine too. */
export const DECLARABLE = [
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
  /** What must have a value where a run ends so: the targets of its claims. */
  readonly needs: readonly Use[]
  /** Does it say `when`? */
  readonly conditional: boolean
  /** Where it says under which condition. */
  readonly whenSpan: Span
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
  const hidden = entries.some(({ value }) => value.kind !== 'map' || !value.entries.some(({ key }) => key === 'when'))
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
  checkOutcomeName({ text: key, span: keySpan }, report)
  const fields = readFields(value, OUTCOME_KEYS, report)
  if (fields === undefined) return undefined
  const as = fields['as'] && readOneOf(fields['as'], DECLARABLE, { what: '`as`', report })
  const claims = fields['claim'] && compileTargets(fields['claim'], { what: '`claim`', claims: true }, around.bench)
  const tell = fields['tell']
    ? readWords(fields['tell'], '`tell`', report).flatMap((word) => readRole(nodeOf(word), around.bench) ?? [])
    : []
  const say = fields['say'] && compileText(fields['say'], '`say`', around.bench)
  const when = readCondition(fields['when'], { before: around.steps, levels: [around.steps], report })
  if (as === undefined) return undefined
  refuseEmptySuccess(as, { claims: claims?.words ?? [], span: fields['as']?.span ?? keySpan }, around)
  return {
    plan: { name: key, as, when, claims: claims?.filled ?? [], tell, ...(say && { say: say.operand }) },
    span: keySpan,
    uses: [...(say?.uses ?? []), ...(claims?.uses ?? [])],
    needs: claims?.uses ?? [],
    conditional: fields['when'] !== undefined,
    whenSpan: fields['when']?.span ?? keySpan,
  }
}

/** A runbook that calls this one sees the outcome as a result of its step. */
function checkOutcomeName(word: Word, report: Report): void {
  if (!checkId(word, 'an outcome', report) || !OWN_RESULTS.outcome.some((own) => own === word.text)) return
  report.error('RB0106', word.span, {
    message: `\`${word.text}\` is a result that steps have already`,
    help: 'choose another name for the outcome',
  })
}

function refuseEmptySuccess(
  as: OutcomeKind,
  at: { claims: readonly Word[]; span: Span },
  { bench, goal }: Around,
): void {
  const claims = bench.world.effects.goals.get(goal)
  if (
    !SUCCESSES.includes(as) ||
    claims === undefined ||
    claims.length === 0 ||
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
