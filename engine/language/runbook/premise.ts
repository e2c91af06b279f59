import type { DoStep } from '../../../schemas/plan.ts'
import type { Report } from '../report.ts'
import type { Body, Paths } from './check-paths.ts'
import type { Step } from './step.ts'

/**
 * The conditional write (G7): the expected value comes from the reading on which the decision rested, it is never read
 * again in between, and a conflict goes back to the first reading on which the step rests.
 */
export function withPremises(body: Body, paths: Paths, report: Report): Step[] {
  return body.steps.map((step) => {
    const premise = premiseOf(step, { body, paths }, report)
    return premise === undefined ? step : { ...step, plan: { ...step.plan, premise } as DoStep }
  })
}

type Around = { readonly body: Body; readonly paths: Paths }

function premiseOf(step: Step, around: Around, report: Report): DoStep['premise'] {
  if (step.plan.kind !== 'do') return undefined
  refuseOwnPremise(step, step.plan, report)
  const fact = premiseFact(step, around.body, report)
  const premise = step.contract?.premise
  if (fact === undefined || premise === undefined) return undefined
  refuseReread(step, { fact, body: around.body, report })
  const backTo = goBackTo(step, fact, around)
  return backTo === undefined ? undefined : { input: premise.input, fact, field: premise.field, backTo }
}

/** The fact whose field is the expected value; it must be of the contract's reading and field. */
function premiseFact(step: Step, body: Body, report: Report): string | undefined {
  const { contract, plan } = step
  if (contract?.premise === undefined || plan.kind !== 'do') return undefined
  const { input, reading, field } = contract.premise
  const operand = plan.with[input]
  if (operand === undefined) return undefined
  const [root = '', ...path] = 'path' in operand ? operand.path : []
  if (body.facts.get(root)?.plan.action === reading && path.join('.') === field) return root
  return report.error('RB0207', step.premiseSpan ?? step.span, {
    message: `\`${input}\` is the value on which the write depends: it is \`${field}\` of \`${reading}\``,
    help: `write the path of a fact that reads \`${reading}\``,
  })
}

/** An expectation that reads what the step's own inputs came from would compare the effect with itself. */
function refuseOwnPremise(step: Step, plan: DoStep, report: Report): void {
  const fed = new Set(step.needs.map(({ path: [root] }) => root))
  for (const fact of plan.expect === undefined ? [] : step.reads) {
    if (!fed.has(fact.text)) continue
    report.error('RB0409', fact.span, {
      message: `\`${fact.text}\` is what \`${plan.id}\` was decided on: reading it again changes what it is compared with`,
      help: 'keep the value on which the decision rested; if you need a new reading, declare a second fact for it',
    })
  }
}

/** Between the judgement and the write nobody reads the premise again (G7). */
function refuseReread(step: Step, { fact, body, report }: { fact: string; body: Body; report: Report }): void {
  const at = body.steps.indexOf(step)
  const judges = rests(step, body).filter(
    (judge) => restsOn(judge, fact) || step.plan.when.some((clause) => clause.step === judge.plan.id),
  )
  const first = Math.min(...judges.map((judge) => body.steps.indexOf(judge)), at)
  for (const between of body.steps.slice(first + 1, at)) {
    const again = between.reads.find(({ text }) => text === fact)
    const judge = body.steps[first]
    if (again === undefined || judge === undefined) continue
    report.error('RB0408', again.span, {
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

/** The decisions and approvals on which a step rests, through conditions of conditions. */
function rests(step: Step, body: Body): Step[] {
  const found = new Set<Step>()
  const visit = (current: Step) => {
    for (const clause of current.plan.when) {
      const other = body.steps.find(({ plan }) => plan.id === clause.step)
      if (other === undefined || found.has(other)) continue
      found.add(other)
      visit(other)
    }
  }
  visit(step)
  return [...found].filter(({ plan }) => plan.kind === 'decide' || plan.kind === 'approve')
}

function restsOn(judge: Step, fact: string): boolean {
  return judge.needs.some(({ path: [root] }) => root === fact)
}

/** The first reading on which the step rests, if nothing but readings, decisions and approvals lie between. */
function goBackTo(step: Step, fact: string, { body, paths }: Around): string | undefined {
  const needed = neededFacts([step, ...rests(step, body)], body).add(fact)
  const at = body.steps.indexOf(step)
  const first = body.steps.findIndex(
    ({ plan, reads }) => plan.kind === 'read' && reads.some(({ text }) => needed.has(text)),
  )
  const target = body.steps[first]
  if (target === undefined || first >= at) return undefined
  const before = paths.before.get(step.plan.id)
  const changes = body.steps.slice(first, at).some(({ plan }) => plan.kind === 'do' && before?.has(plan.id) === true)
  return changes ? undefined : target.plan.id
}

/** Facts that these steps use, and facts that those need to be read. */
function neededFacts(steps: readonly Step[], { facts }: Body): Set<string> {
  const needed = new Set<string>()
  const add = (name: string) => {
    const fact = facts.get(name)
    if (fact === undefined || needed.has(name)) return
    needed.add(name)
    fact.plan.after.forEach(add)
  }
  for (const { needs } of steps)
    for (const {
      path: [root = ''],
    } of needs)
      add(root)
  return needed
}
