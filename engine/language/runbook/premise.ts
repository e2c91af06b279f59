import type { Premise } from '../../../schemas/plan.ts'
import type { ActionContract } from '../../../schemas/contract.ts'
import type { Operands } from '../../../schemas/plan.ts'
import type { Span } from '../../../schemas/diagnostic.ts'
import type { Report } from '../report.ts'
import type { Body, Paths } from './check-paths.ts'
import { goBackTo, restsOf } from './grounds.ts'
import type { Step } from './step.ts'
import { everyStep } from './step.ts'

interface Around {
  readonly body: Body
  readonly paths: Paths
  readonly report: Report
  /** The list of steps in which the step stands, and the blocks around it. */
  readonly level: readonly Step[]
  readonly blocks: readonly Step[]
}

/**
 * The conditional write (G7): the expected value comes from the reading on which the decision rested, it is never read
 * again in between, and a conflict goes back to the first reading on which the step rests.
 */
export function withPremises(body: Body, paths: Paths, report: Report): Step[] {
  return body.steps.map((step) => withPremise(step, { body, paths, report, level: body.steps, blocks: [] }))
}

function withPremise(step: Step, around: Around): Step {
  if (step.plan.kind === 'block') {
    const inner = { ...around, level: step.steps, blocks: [...around.blocks, step] }
    const steps = step.steps.map((one) => withPremise(one, inner))
    return { ...step, steps, plan: { ...step.plan, steps: steps.map(({ plan }) => plan) } }
  }
  if (step.plan.kind !== 'do') return step
  refuseOwnPremise(step, around.report)
  checkUndo(step, around)
  const premise = premiseOf(step, step.plan.with, around)
  return premise === undefined ? step : { ...step, plan: { ...step.plan, premise } }
}

function premiseOf(step: Step, operands: Operands, around: Around): Premise | undefined {
  const premise = step.contract?.premise
  const at = { contract: step.contract, operands, span: step.premiseSpan ?? step.span }
  const source = expectedFrom(at, around)
  if (source === undefined || premise === undefined) return undefined
  const fact = listFact(source, step, around) ?? source
  const backTo = around.body.facts.has(fact) ? rereadable(step, fact, around) : undefined
  return { input: premise.input, fact: source, field: premise.field, ...(backTo === undefined ? {} : { backTo }) }
}

function rereadable(step: Step, fact: string, around: Around): string | undefined {
  refuseReread(step, fact, around)
  return goBackTo(step, fact, around)
}

/**
 * The root of the expected value. A fact is one of the contract's reading, and the value its field; a loop item or the
 * output of an earlier step is as good, since the type says what it is a value of.
 */
function expectedFrom(
  at: { contract: ActionContract | undefined; operands: Operands; span: Span },
  { body, report }: Pick<Around, 'body' | 'report'>,
): string | undefined {
  if (at.contract?.premise === undefined) return undefined
  const { input, reading, field } = at.contract.premise
  const operand = at.operands[input]
  if (operand === undefined) return undefined
  const [root = '', ...path] = 'path' in operand ? operand.path : []
  const fact = body.facts.get(root)
  if (fact === undefined && root !== '') return root
  if (fact?.plan.action === reading && path.join('.') === field) return root
  return report.error('RB0207', at.span, {
    message: `\`${input}\` is the value on which the write depends: it is \`${field}\` of \`${reading}\``,
    help: `write the path of a fact that reads \`${reading}\``,
  })
}

/** The fact whose list a loop item is taken from. */
function listFact(item: string, step: Step, { blocks }: Around): string | undefined {
  const loop = [step, ...[...blocks].reverse()].find(({ loop: found }) => found?.item.name === item)?.loop
  return loop?.list.path[0]
}

/** What is undone is undone as it was found, or as the step left it. */
function checkUndo(step: Step, around: Around): void {
  if (step.plan.kind !== 'do' || step.plan.undo === undefined || step.undo === undefined) return
  expectedFrom({ contract: step.undo.contract, operands: step.plan.undo.with, span: step.undo.span }, around)
}

/** An expectation that reads what the step's own inputs came from would compare the effect with itself. */
function refuseOwnPremise(step: Step, report: Report): void {
  if (step.plan.kind !== 'do' || step.plan.expect === undefined) return
  const fed = new Set(step.needs.map(({ path: [root] }) => root))
  for (const fact of step.reads) {
    if (!fed.has(fact.text)) continue
    report.error('RB0409', fact.span, {
      message: `\`${fact.text}\` is what \`${step.plan.id}\` was decided on: reading it again changes what it is compared with`,
      help: 'keep the value on which the decision rested; if you need a new reading, declare a second fact for it',
    })
  }
}

/** Between the judgement and the write nobody reads the premise again (G7). */
function refuseReread(step: Step, fact: string, around: Around): void {
  const every = everyStep(around.body.steps)
  const at = every.findIndex(({ plan }) => plan.id === step.plan.id)
  const judges = restsOf(step, around).filter(
    (judge) =>
      judge.needs.some(({ path: [root] }) => root === fact) ||
      step.plan.when.some((clause) => clause.step === judge.plan.id),
  )
  const places = judges.map((judge) => every.findIndex(({ plan }) => plan.id === judge.plan.id))
  const first = Math.min(...places, at)
  const judge = every[first]
  for (const between of every.slice(first + 1, at)) {
    const again = between.reads.find(({ text }) => text === fact)
    if (again === undefined || judge === undefined) continue
    around.report.error('RB0408', again.span, {
      message: `\`${fact}\` is read again between \`${judge.plan.id}\` and \`${step.plan.id}\`: the decision rested on another value`,
      label: 'read again here',
      related: [
        { span: judge.span, label: 'decided here' },
        { span: step.premiseSpan ?? step.span, label: 'written here' },
      ],
      help: 'read it before the decision only; a conflict goes back there by itself',
    })
  }
}
