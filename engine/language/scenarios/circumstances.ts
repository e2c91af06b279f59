import type { JsonObject } from '../../../schemas/json.ts'
import type { Plan } from '../../../schemas/plan.ts'
import type { Circumstance, Incident, ReadingChange } from '../../../schemas/scenario.ts'
import { durationMs } from '../literals.ts'
import { asList, readFields, startOf } from '../shape/fields.ts'
import type { Fields } from '../shape/fields.ts'
import { readScalar, readWord } from '../shape/words.ts'
import type { Node } from '../yaml/node.ts'
import { actionNamed, readActionPatch, readReadingChange, readingNamed } from './changes.ts'
import { objectOf } from './data.ts'
import type { ScenarioBench } from './exists.ts'
import { CIRCUMSTANCE_KEYS, INCIDENT_KEYS, SUBJECTS } from './keys.ts'
import { stepNamed, stepsNamed } from './steps-named.ts'

/** The scenario whose circumstances are read. */
export interface Setting {
  readonly plan: Plan
  readonly against: 'lab' | 'facts'
  readonly inputs: JsonObject
  readonly bench: ScenarioBench
}

/** What is so before the run begins. */
export function readGiven(node: Node | undefined, setting: Setting): Circumstance[] {
  const { report } = setting.bench
  const list = node && asList(node, '`given`', report)
  return (list?.items ?? []).flatMap((item) => {
    const fields = readFields(item, CIRCUMSTANCE_KEYS, report)
    return (fields && readCircumstance(fields, item, setting)) ?? []
  })
}

/** What happens while the run goes on, each before or after a step. */
export function readDuring(node: Node | undefined, setting: Setting): Incident[] {
  const { report } = setting.bench
  const list = node && asList(node, '`during`', report)
  return (list?.items ?? []).flatMap((item) => readIncident(item, setting) ?? [])
}

function readIncident(item: Node, setting: Setting): Incident | undefined {
  const { plan, bench } = setting
  const { report } = bench
  const fields = readFields(item, INCIDENT_KEYS, report)
  const moment = fields?.['before'] === undefined ? 'after' : 'before'
  const step = fields?.[moment] && readWord(fields[moment], `\`${moment}\``, report)
  if (fields !== undefined && step === undefined)
    return report.error('RB0102', startOf(item), 'an incident needs `before` or `after`, with a step')
  if (fields === undefined || step === undefined) return undefined
  if (stepNamed(step, stepsNamed(plan), report) === undefined) return undefined
  const at = { moment, step: step.text } as const
  if (fields['passes'] !== undefined) return readPassing(fields['passes'], at, setting)
  const circumstance = readCircumstance(fields, item, setting)
  return circumstance && { at, ...circumstance }
}

function readPassing(node: Node, at: Incident['at'], { bench: { report } }: Setting): Incident | undefined {
  const scalar = readScalar(node, '`passes`', report)
  const passesMs = scalar && durationMs(scalar.text)
  if (passesMs !== undefined) return { at, passesMs }
  return report.error('RB0112', startOf(node), { message: '`passes` is a duration', help: 'write `10m`' })
}

function readCircumstance(fields: Fields, node: Node, setting: Setting): Circumstance | undefined {
  const { report } = setting.bench
  const kinds = SUBJECTS.filter((key) => fields[key] !== undefined)
  const [kind = 'lab'] = kinds
  if (kinds.length !== 1)
    return report.error(
      'RB0102',
      startOf(node),
      'a circumstance needs one of `lab`, `recorded`, `reading`, `fact`, `action`',
    )
  const fits = (kind === 'lab') === (setting.against === 'lab')
  if (!fits)
    return report.error('RB0253', startOf(node), {
      message: `a scenario against ${setting.against} cannot say \`${kind}\``,
      help:
        setting.against === 'lab'
          ? 'let something happen: `lab`'
          : 'say what is recorded: `recorded`, `reading`, `fact` or `action`',
    })
  const word = fields[kind] && readWord(fields[kind], `\`${kind}\``, report)
  return word && readKind(kind, word, { fields, setting })
}

type Named = NonNullable<ReturnType<typeof readWord>>

function readKind(
  kind: string,
  word: Named,
  { fields, setting }: { fields: Fields; setting: Setting },
): Circumstance | undefined {
  const { bench } = setting
  const changes = { world: bench.ground.world, report: bench.report, partial: true }
  switch (kind) {
    case 'lab':
      return { lab: word.text, with: objectOf(fields['with'], '`with`', bench.report) }
    case 'recorded':
      return readRecorded(word, setting)
    case 'fact':
      return readFact(word, fields, setting)
    case 'reading': {
      const contract = readingNamed(word, changes)
      return contract && readReadingChange(fields, contract, changes)
    }
    default: {
      const contract = actionNamed(word, changes)
      return contract && { action: word.text, change: readActionPatch(fields, contract, changes) }
    }
  }
}

function readRecorded({ text, span }: Named, { bench }: Setting): Circumstance | undefined {
  const known = bench.recorded.map(({ id }) => id)
  if (known.includes(text)) return { recorded: text }
  return bench.report.unknown('RB0250', span, {
    message: `there are no recorded facts \`${text}\``,
    name: text,
    candidates: known,
  })
}

/** A reading by the name that the runbook gives it: with the inputs that the fact itself has. */
function readFact({ text, span }: Named, fields: Fields, setting: Setting): ReadingChange | undefined {
  const { plan, inputs, bench } = setting
  const { world } = bench.ground
  const fact = Object.hasOwn(plan.facts, text) ? plan.facts[text] : undefined
  const contract = fact && world.contracts.get(fact.action)
  if (fact === undefined)
    return bench.report.unknown('RB0209', span, {
      message: `there is no fact \`${text}\``,
      name: text,
      candidates: Object.keys(plan.facts),
    })
  if (contract?.kind !== 'reading') return undefined
  const change = readReadingChange(fields, contract, { world, report: bench.report, partial: true })
  return { ...change, with: { ...certainInputs(fact.with, inputs), ...change.with } }
}

/** Inputs of a fact that are the same in the whole run. */
function certainInputs(operands: Plan['facts'][string]['with'], inputs: JsonObject): JsonObject {
  return Object.fromEntries(
    Object.entries(operands).flatMap(([name, operand]) => {
      if ('literal' in operand) return [[name, operand.literal]]
      const [root, input = '', ...rest] = 'path' in operand ? operand.path : []
      const value = root === 'inputs' && rest.length === 0 ? inputs[input] : undefined
      return value === undefined ? [] : [[name, value]]
    }),
  )
}
