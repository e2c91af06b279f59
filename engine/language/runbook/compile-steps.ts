import type { Span } from '../../../schemas/diagnostic.ts'
import type { ApproveStep, DecideStep, DoStep, ReadStep } from '../../../schemas/plan.ts'
import type { ValueType } from '../../../schemas/value-type.ts'
import { placeAt } from '../compile/bench.ts'
import type { Bench, Use } from '../compile/bench.ts'
import { readBound } from '../compile/bound.ts'
import type { FactDraft } from '../compile/facts.ts'
import { compileInputs } from '../compile/inputs.ts'
import { compileText } from '../compile/operand.ts'
import { compilePredicate } from '../compile/predicate.ts'
import { asMap } from '../shape/fields.ts'
import type { Fields } from '../shape/fields.ts'
import { readSome, readText, readWord } from '../shape/words.ts'
import type { Word } from '../shape/words.ts'
import { readCondition, readContinueOn } from './conditions.ts'
import { readRole } from './head.ts'
import { compileExpectation } from './expectation.ts'
import { checkJudgementWords } from './judgement-words.ts'
import type { Step, StepDraft } from './step.ts'

/** The types of the roots that steps add: a decision is its case, an action its output. */
export function stepTypes(drafts: readonly StepDraft[]): Record<string, ValueType> {
  return Object.fromEntries(
    drafts.flatMap((draft): [string, ValueType][] => {
      if (draft.kind === 'do') return [[draft.id.text, draft.contract.output]]
      if (draft.kind !== 'decide') return []
      return [[draft.id.text, { kind: 'enum', of: draft.id.text, words: [...draft.cases, 'mixed', 'unknown'] }]]
    }),
  )
}

/** Compiles all steps whose kind is known. */
export function compileSteps(drafts: readonly StepDraft[], facts: readonly FactDraft[], bench: Bench): Step[] {
  return drafts.flatMap((draft, at) => {
    const around: Around = { bench, facts, before: drafts.slice(0, at), all: drafts }
    return compileStep(draft, around) ?? []
  })
}

interface Around {
  readonly bench: Bench
  readonly facts: readonly FactDraft[]
  readonly before: readonly StepDraft[]
  readonly all: readonly StepDraft[]
}

type Frame = Pick<ReadStep, 'id' | 'place' | 'when' | 'continueOn'>

function compileStep(draft: StepDraft, around: Around): Step | undefined {
  if (draft.kind === 'other') return undefined
  const { report } = around.bench
  const frame: Frame = {
    id: draft.id.text,
    place: placeAt(around.bench, draft.span),
    when: readCondition(draft.fields['when'], { ...around, report }),
    continueOn: readContinueOn(draft.fields['continueOn'], draft, report),
  }
  const whenSpan = draft.fields['when']?.span ?? draft.span
  const compiled = detail(draft, frame, around)
  if (compiled !== undefined) refuseNameless(compiled, around.bench)
  return compiled && { span: draft.span, results: draft.results, whenSpan, ...compiled }
}

/** A bound after which the run goes on tips a decision: it has a name. */
function refuseNameless({ plan, bounds: [within] }: Detail, { report }: Bench): void {
  if (within === undefined || within.policy !== undefined || !plan.continueOn.includes('timed-out')) return
  report.error('RB0410', within.span, {
    message: 'the run goes on when this time is over: it tips a decision and has no name',
    help: 'name it in policy.yaml, with a source, and write `policy.<name>`',
  })
}

type Detail = Omit<Step, 'span' | 'results' | 'whenSpan'>

function detail(draft: StepDraft, frame: Frame, around: Around): Detail | undefined {
  switch (draft.kind) {
    case 'read':
      return compileRead(draft.fields, frame, around)
    case 'decide':
      return compileDecide(draft.fields, frame, around)
    case 'do':
      return compileDo(draft, frame, around)
    case 'approve':
      return compileApprove(draft.fields, frame, around)
    case 'other':
      return undefined
  }
}

function compileRead(fields: Fields, frame: Frame, around: Around): Detail {
  const reads = readFactNames(fields['read'], around)
  const expected = compileExpectation(fields, reads, around.bench)
  const plan: ReadStep = { ...frame, kind: 'read', facts: namesOf(reads), ...(expected && { expect: expected.expect }) }
  return { plan, needs: [], reads, expects: expected?.uses ?? [], bounds: expected?.bounds ?? [] }
}

function compileDecide(fields: Fields, frame: Frame, { bench }: Around): Detail {
  const map = fields['decide'] && asMap(fields['decide'], '`decide`', bench.report)
  const cases = (map?.entries ?? []).flatMap(({ key, value }) => {
    const compiled = compilePredicate(value, bench)
    if (compiled !== undefined) refuseDiagnostic(compiled.uses, value.span, bench)
    return compiled === undefined ? [] : [{ name: key, ...compiled }]
  })
  const otherwise = fields['otherwise'] && readWord(fields['otherwise'], '`otherwise`', bench.report)
  const plan: DecideStep = {
    ...frame,
    kind: 'decide',
    cases: cases.map(({ name, predicate }) => ({ name, predicate })),
    ...(otherwise && { otherwise: otherwise.text }),
    pick: fields['pick']?.kind === 'scalar' && fields['pick'].text === 'first' ? 'first' : 'one',
  }
  return { plan, needs: cases.flatMap(({ uses }) => uses), reads: [], expects: [], bounds: [] }
}

/** A judgement may not rest on diagnostic readings, such as logs, alone. */
function refuseDiagnostic(uses: readonly Use[], span: Span, { report, world, variables }: Bench): void {
  const facts = uses.flatMap(({ path: [root = ''] }) => {
    const contract = [...world.contracts.values()].find(({ output }) => output === variables[root])
    return contract?.kind === 'reading' ? [contract] : []
  })
  if (facts.length === 0 || facts.some(({ authority }) => authority !== 'diagnostic')) return
  report.error('RB0313', span, {
    message: `this judgement rests on diagnostic readings alone (${facts.map(({ name }) => `\`${name}\``).join(', ')})`,
    help: 'judge by a reading of the authority; logs explain, they do not decide',
  })
}

function compileDo(draft: StepDraft & { kind: 'do' }, frame: Frame, around: Around): Detail {
  const { fields, contract } = draft
  const { report } = around.bench
  const inputs = compileInputs(contract, { with: fields['with'], at: draft.actionSpan }, around.bench)
  const reads = fields['read'] === undefined ? [] : readFactNames(fields['read'], around)
  const expected = compileExpectation(fields, reads, around.bench)
  if (fields['read'] !== undefined && fields['expect'] === undefined) {
    report.error('RB0110', fields['read'].span, {
      message: '`read` of a `do` step belongs to `expect`, which is not there',
      help: 'add `expect` and `within`, or read in a step of its own',
    })
  }
  const leaves = fields['leaves'] && readText(fields['leaves'], '`leaves`', report)
  const plan: DoStep = {
    ...frame,
    kind: 'do',
    action: contract.name,
    with: inputs.operands,
    ...(expected && { expect: expected.expect }),
    ...(leaves && { leaves: leaves.text }),
  }
  const premiseSpan = premiseSpanOf(fields, contract.premise?.input)
  return {
    plan,
    needs: inputs.uses,
    reads,
    expects: expected?.uses ?? [],
    bounds: expected?.bounds ?? [],
    contract,
    ...(premiseSpan && { premiseSpan }),
  }
}

function premiseSpanOf(fields: Fields, input: string | undefined): Span | undefined {
  const given = fields['with']
  if (given?.kind !== 'map') return undefined
  return given.entries.find(({ key }) => key === input)?.value.span
}

function compileApprove(fields: Fields, frame: Frame, around: Around): Detail | undefined {
  const { bench } = around
  const text = fields['approve'] && compileText(fields['approve'], 'the text of an approval', bench)
  if (fields['approve']?.kind === 'scalar') checkJudgementWords(fields['approve'], bench.report)
  const who = fields['who']?.kind === 'list' ? fields['who'].items : fields['who'] ? [fields['who']] : []
  if (fields['who'] && who.length === 0)
    bench.report.error('RB0102', fields['who'].span, '`who` needs at least one role')
  const roles = who.flatMap((node) => readRole(node, bench) ?? [])
  const show = fields['show'] === undefined ? [] : readFactNames(fields['show'], around, '`show`')
  if (fields['approve'] && fields['within'] === undefined)
    bench.report.error('RB0113', fields['approve'].span, {
      message: 'this waits for a person without a bound',
      help: 'add `within: 30m`',
    })
  const within = fields['within'] && readBound(fields['within'], '`within`', bench)
  if (text === undefined || within === undefined) return undefined
  const plan: ApproveStep = {
    ...frame,
    kind: 'approve',
    text: text.operand,
    who: roles,
    show: namesOf(show),
    withinMs: within.ms,
  }
  const needs = [...text.uses, ...show.map(({ text: name, span }) => ({ path: [name], span }))]
  return { plan, needs, reads: [], expects: [], bounds: [within] }
}

/** Names of facts that the runbook declares. */
function readFactNames(node: Fields[string], { bench, facts }: Around, what = '`read`'): Word[] {
  const words = node === undefined ? [] : readSome(node, what, bench.report)
  return words.filter(({ text, span }) => {
    if (facts.some(({ name }) => name === text)) return true
    bench.report.unknown('RB0209', span, {
      message: `there is no fact \`${text}\``,
      name: text,
      candidates: facts.map(({ name }) => name),
    })
    return false
  })
}

function namesOf(words: readonly Word[]): string[] {
  return words.map(({ text }) => text)
}
