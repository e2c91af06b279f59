import type { Span } from '../../../schemas/diagnostic.ts'
import type { Json } from '../../../schemas/json.ts'
import type { Plan } from '../../../schemas/plan.ts'
import type { Scenario } from '../../../schemas/scenario.ts'
import { Lines, placeOf } from '../../diagnostics/place.ts'
import type { ParsedFile } from '../ground/read-ground.ts'
import { literalOf } from '../literals.ts'
import { RUNBOOK_KEYS } from '../runbook/keys.ts'
import type { Report } from '../report.ts'
import { asMap, fieldsOf, meantKeys, readFields, startOf } from '../shape/fields.ts'
import { checkId, isId, readOneOf, readWord } from '../shape/words.ts'
import type { Word } from '../shape/words.ts'
import type { MapEntry, Node } from '../yaml/node.ts'
import { readAnswers } from './answers.ts'
import { readDuring, readGiven } from './circumstances.ts'
import type { ScenarioBench } from './exists.ts'
import { checkOutcome, readExpected } from './expected.ts'
import { AGAINST, SCENARIO_KEYS } from './keys.ts'
import { readTwin } from './read-twin.ts'

/** Checks every scenario of a catalogue: its shape, and that what it names exists. */
export function compileScenarios(files: readonly ParsedFile[], bench: ScenarioBench): Scenario[] {
  return files.flatMap(({ kind, node }) =>
    kind === 'scenario' && node !== undefined ? (compileScenario(node, { ...bench, files }) ?? []) : [],
  )
}

type Bench = ScenarioBench & { readonly files: readonly ParsedFile[] }

function compileScenario(node: Node, bench: Bench): Scenario | undefined {
  const { report } = bench
  const fields = readFields(node, SCENARIO_KEYS, report)
  const id = fields?.['scenario'] && readWord(fields['scenario'], 'the id of a scenario', report)
  const runbook = fields?.['runbook'] && readWord(fields['runbook'], 'a runbook', report)
  const against = fields?.['against'] && readOneOf(fields['against'], AGAINST, { what: '`against`', report })
  if (fields === undefined || id === undefined || runbook === undefined || against === undefined) return undefined
  checkId(id, 'the id of a scenario', report)
  const plan = planOf(runbook, bench)
  if (plan === undefined) {
    const outcomes = outcomesWritten(runbook.text, bench.files)
    if (outcomes !== undefined) checkOutcome(fields['expect'], { runbook: runbook.text, outcomes }, report)
    return undefined
  }
  const text = bench.sources.files.find(({ file }) => file === node.span.file)?.text ?? ''
  const twin = fields['twin'] && readTwin(fields['twin'], { ...bench, plan })
  const inputs = readInputs(fields['inputs'], plan, report)
  const setting = { plan, against, inputs, bench }
  const { expect, spans } = readExpected(fields['expect'], plan, bench)
  return {
    id: id.text,
    runbook: runbook.text,
    against,
    inputs,
    given: readGiven(fields['given'], setting),
    during: readDuring(fields['during'], setting),
    answers: readAnswers(fields['answers'], plan, bench),
    expect,
    ...(twin && { twin }),
    place: placeOf(node.span.file, new Lines(text), id.span.start),
    spans: {
      ...spans,
      ...duringSpans(fields['during']),
      scenario: id.span,
      ...(fields['twin'] && { twin: startOf(fields['twin']) }),
    },
  }
}

function duringSpans(node: Node | undefined): Record<string, Span> {
  const items = node?.kind === 'list' ? node.items : []
  return Object.fromEntries(items.map((item, number) => [`during.${number}`, startOf(item)]))
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

/** The outcomes of a runbook as they were written; undefined where a name among them is a mistake, or where none is there. */
function outcomesWritten(runbook: string, files: readonly ParsedFile[]): string[] | undefined {
  const node = files.find(({ kind, file }) => kind === 'runbook' && file.endsWith(`/${runbook}.yaml`))?.node
  const outcomes = node?.kind === 'map' ? fieldsOf(node, RUNBOOK_KEYS)['outcomes'] : undefined
  if (outcomes?.kind !== 'map' || outcomes.entries.length === 0) return undefined
  const names = outcomes.entries.map(({ key }) => key)
  return names.every(isId) ? names : undefined
}

function readInputs(node: Node | undefined, plan: Plan, report: Report): Scenario['inputs'] {
  const map = node && asMap(node, '`inputs`', report)
  const given = (map?.entries ?? []).flatMap((entry) => readInput(entry, plan, report))
  const meant = map && new Set(meantKeys(map, Object.keys(plan.inputs)).values())
  const missing = Object.entries(plan.inputs).filter(
    ([name, input]) =>
      input.default === undefined && meant?.has(name) !== true && !map?.entries.some(({ key }) => key === name),
  )
  if (map !== undefined && missing.length > 0)
    report.error(
      'RB0204',
      startOf(map),
      `\`${plan.runbook.id}\` needs ${missing.map(([name]) => `\`${name}\``).join(', ')}`,
    )
  const defaults = Object.entries(plan.inputs).flatMap(([name, input]): [string, Json][] =>
    input.default === undefined ? [] : [[name, input.default]],
  )
  return Object.fromEntries([...defaults, ...given])
}

function readInput({ key, keySpan, value }: MapEntry, plan: Plan, report: Report): [string, Json][] {
  const input = Object.hasOwn(plan.inputs, key) ? plan.inputs[key] : undefined
  if (input === undefined) {
    report.unknown('RB0229', keySpan, {
      message: `\`${plan.runbook.id}\` has no input \`${key}\``,
      name: key,
      candidates: Object.keys(plan.inputs),
    })
    return []
  }
  const literal = value.kind === 'scalar' ? literalOf(value.text, input.type) : undefined
  if (literal === undefined) report.error('RB0112', startOf(value), `this is no value for the input \`${key}\``)
  return literal === undefined ? [] : [[key, literal]]
}
