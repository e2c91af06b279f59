import type { Plan, StepPlan } from '../../../schemas/plan.ts'
import type { Circumstance, Expected, Incident, Scenario } from '../../../schemas/scenario.ts'
import { Lines, placeOf } from '../../diagnostics/place.ts'
import { OUTCOMES } from '../ground/effects.ts'
import type { ParsedFile } from '../ground/read-ground.ts'
import { literalOf } from '../literals.ts'
import type { Report } from '../report.ts'
import { asList, asMap, readFields, startOf } from '../shape/fields.ts'
import type { Fields } from '../shape/fields.ts'
import { checkId, readOneOf, readScalar, readWord, readWords } from '../shape/words.ts'
import type { Word } from '../shape/words.ts'
import type { Node } from '../yaml/node.ts'
import { objectOf } from './data.ts'
import { checkEffects, checkRule } from './exists.ts'
import type { ScenarioBench } from './exists.ts'
import { readTwin } from './read-twin.ts'

/** Checks every scenario of a catalogue: its shape, and that what it names exists. */
export function compileScenarios(files: readonly ParsedFile[], bench: ScenarioBench): Scenario[] {
  return files.flatMap(({ kind, node }) =>
    kind === 'scenario' && node !== undefined ? (compileScenario(node, bench) ?? []) : [],
  )
}

const KEYS = {
  what: 'a scenario',
  required: ['scenario', 'runbook', 'against', 'inputs', 'expect'],
  optional: ['given', 'during', 'answers', 'twin'],
}

function compileScenario(node: Node, bench: ScenarioBench): Scenario | undefined {
  const { report } = bench
  const fields = readFields(node, KEYS, report)
  const id = fields?.['scenario'] && readWord(fields['scenario'], 'the id of a scenario', report)
  const runbook = fields?.['runbook'] && readWord(fields['runbook'], 'a runbook', report)
  const against = fields?.['against'] && readOneOf(fields['against'], ['lab', 'facts'], { what: '`against`', report })
  if (fields === undefined || id === undefined || runbook === undefined || against === undefined) return undefined
  checkId(id, 'the id of a scenario', report)
  const plan = planOf(runbook, bench)
  if (plan === undefined) return undefined
  const text = bench.sources.files.find(({ file }) => file === node.span.file)?.text ?? ''
  const twin = fields['twin'] && readTwin(fields['twin'], { ...bench, steps: plan.steps })
  return {
    id: id.text,
    runbook: runbook.text,
    against,
    inputs: readInputs(fields['inputs'], plan, report),
    given: readGiven(fields['given'], plan, report),
    during: readDuring(fields['during'], plan, report),
    answers: readAnswers(fields['answers'], plan, report),
    expect: readExpected(fields['expect'], plan, bench),
    ...(twin && { twin }),
    place: placeOf(node.span.file, new Lines(text), id.span.start),
  }
}

/** A runbook that does not compile has told its own mistakes; its scenarios wait. */
function planOf(runbook: Word, { plans, sources, report }: ScenarioBench): Plan | undefined {
  const plan = plans.find(({ runbook: { id } }) => id === runbook.text)
  const exists = sources.files.some(({ file }) => file.endsWith(`/${runbook.text}.yaml`))
  if (plan !== undefined || exists) return plan
  return report.unknown('RB0233', runbook.span, {
    message: `there is no runbook \`${runbook.text}\``,
    name: runbook.text,
    candidates: plans.map(({ runbook: { id } }) => id),
  })
}

function readInputs(node: Node | undefined, plan: Plan, report: Report): Scenario['inputs'] {
  const map = node && asMap(node, '`inputs`', report)
  for (const { key, keySpan, value } of map?.entries ?? []) {
    const input = plan.inputs[key]
    if (input === undefined)
      report.unknown('RB0229', keySpan, {
        message: `\`${plan.runbook.id}\` has no input \`${key}\``,
        name: key,
        candidates: Object.keys(plan.inputs),
      })
    else if (value.kind !== 'scalar' || literalOf(value.text, input.type) === undefined)
      report.error('RB0112', startOf(value), `this is no value for the input \`${key}\``)
  }
  const missing = Object.entries(plan.inputs).filter(
    ([name, input]) => input.default === undefined && !map?.entries.some(({ key }) => key === name),
  )
  if (map !== undefined && missing.length > 0)
    report.error(
      'RB0204',
      startOf(map),
      `\`${plan.runbook.id}\` needs ${missing.map(([name]) => `\`${name}\``).join(', ')}`,
    )
  return objectOf(map, '`inputs`', report)
}

function readGiven(node: Node | undefined, plan: Plan, report: Report): Circumstance[] {
  const list = node && asList(node, '`given`', report)
  return (list?.items ?? []).flatMap((item) => {
    const fields = readFields(
      item,
      { what: 'a circumstance', required: [], optional: ['lab', 'fact', 'value', 'with'] },
      report,
    )
    return (fields && readCircumstance(fields, { plan, report, at: item })) ?? []
  })
}

function readCircumstance(
  fields: Fields,
  { plan, report, at }: { plan: Plan; report: Report; at: Node },
): Circumstance | undefined {
  const lab = fields['lab'] && readWord(fields['lab'], '`lab`', report)
  if (lab !== undefined) return { lab: lab.text, with: objectOf(fields['with'], '`with`', report) }
  const fact = fields['fact'] && readWord(fields['fact'], '`fact`', report)
  if (fact === undefined) return report.error('RB0102', startOf(at), 'a circumstance needs `lab` or `fact`')
  if (plan.facts[fact.text] === undefined)
    report.unknown('RB0209', fact.span, {
      message: `there is no fact \`${fact.text}\``,
      name: fact.text,
      candidates: Object.keys(plan.facts),
    })
  return { fact: fact.text, value: objectOf(fields['value'], '`value`', report) }
}

function readDuring(node: Node | undefined, plan: Plan, report: Report): Incident[] {
  const list = node && asList(node, '`during`', report)
  return (list?.items ?? []).flatMap((item) => {
    const keys = { what: 'an incident', required: [], optional: ['before', 'after', 'lab', 'fact', 'value', 'with'] }
    const fields = readFields(item, keys, report)
    const moment = fields?.['before'] === undefined ? 'after' : 'before'
    const step = fields?.[moment] && readWord(fields[moment], `\`${moment}\``, report)
    if (fields !== undefined && step === undefined)
      return report.error('RB0102', startOf(item), 'an incident needs `before` or `after`, with a step') ?? []
    if (fields === undefined || step === undefined || !isStep(step, plan.steps, report)) return []
    const circumstance = readCircumstance(fields, { plan, report, at: item })
    return circumstance === undefined ? [] : [{ at: { moment, step: step.text }, ...circumstance }]
  })
}

function readAnswers(node: Node | undefined, plan: Plan, report: Report): Record<string, string> {
  return readResults(node, { what: '`answers`', plan, report })
}

function readExpected(node: Node | undefined, plan: Plan, bench: ScenarioBench): Expected {
  const { report } = bench
  const fields =
    node &&
    readFields(
      node,
      { what: '`expect`', required: ['outcome'], optional: ['steps', 'deniedBy', 'never', 'told'] },
      report,
    )
  const outcome = fields?.['outcome'] && readScalar(fields['outcome'], '`outcome`', report)
  const known = [...plan.outcomes.map(({ name }) => name), ...OUTCOMES]
  if (outcome !== undefined && !known.includes(outcome.text)) {
    report.unknown('RB0234', outcome.span, {
      message: `\`${plan.runbook.id}\` has no outcome \`${outcome.text}\``,
      name: outcome.text,
      candidates: known,
    })
  }
  const deniedBy = fields?.['deniedBy'] && readWord(fields['deniedBy'], '`deniedBy`', report)
  if (deniedBy !== undefined) checkRule(deniedBy, bench)
  return {
    outcome: outcome?.text ?? '',
    steps: readResults(fields?.['steps'], { what: '`steps`', plan, report }),
    ...(deniedBy && { deniedBy: deniedBy.text }),
    never: fields?.['never'] ? checkEffects(readWords(fields['never'], '`never`', report), bench) : [],
    told: fields?.['told'] ? checkRoles(readWords(fields['told'], '`told`', report), bench) : [],
  }
}

/** Step → result, both of the runbook. */
function readResults(
  node: Node | undefined,
  { what, plan, report }: { what: string; plan: Plan; report: Report },
): Record<string, string> {
  const map = node && asMap(node, what, report)
  const pairs = (map?.entries ?? []).flatMap(({ key, keySpan, value }): [string, string][] => {
    const word = readWord(value, 'a result', report)
    return isStep({ text: key, span: keySpan }, plan.steps, report) && word !== undefined ? [[key, word.text]] : []
  })
  return Object.fromEntries(pairs)
}

function isStep(word: Word, steps: readonly StepPlan[], report: Report): boolean {
  if (steps.some(({ id }) => id === word.text)) return true
  report.unknown('RB0210', word.span, {
    message: `there is no step \`${word.text}\``,
    name: word.text,
    candidates: steps.map(({ id }) => id),
  })
  return false
}

function checkRoles(words: readonly Word[], { ground, report }: ScenarioBench): string[] {
  const { roles } = ground.world
  for (const { text, span } of words) {
    if (!roles.has(text))
      report.unknown('RB0212', span, { message: `there is no role \`${text}\``, name: text, candidates: roles.keys() })
  }
  return words.map(({ text }) => text)
}
