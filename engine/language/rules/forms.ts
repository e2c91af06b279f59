import type { AfterCheck, Each, OnlyFromCheck, RequireCheck } from '../../../schemas/plan.ts'
import { readHold } from '../compile/hold.ts'
import { belowOf } from '../ground/effects.ts'
import type { Fields } from '../shape/fields.ts'
import { readSome } from '../shape/words.ts'
import type { Word } from '../shape/words.ts'
import type { CheckBench, CompiledCheck } from './compile-check.ts'
import { compileForAll } from './for-each-effect.ts'
import { namesEffect, readActs, readEffects, readReadings } from './named.ts'
import { readEach, readRequire } from './parts.ts'
import { checkComparable, checkItem, fieldsOf } from './subjects.ts'

const NOTHING = { require: [], each: undefined, hold: [] }
const namesIn = (words: readonly Word[]) => words.map(({ text }) => text)

/** Form 1, and 5 on a claim. */
export function compileRequire(fields: Fields, bench: CheckBench): CompiledCheck | undefined {
  const guards = fields['guards'] && readEffects(fields['guards'], '`guards`', bench)
  const require = readRequire(fields['require'], bench.report)
  const [each, hold] = [readEach(fields, bench.report), readHold(fields['hold'], bench.report)]
  if (guards === undefined || require === undefined) return undefined
  const bound = compileForAll(guards, { ...bench, require, each, hold }, bench)
  if (bound === undefined) return undefined
  const plan: RequireCheck = {
    form: 'require',
    guards: namesIn(guards),
    require: bound.require,
    ...eachOf(bound.each),
    ...(bound.hold.length === 0 ? {} : { hold: bound.hold }),
  }
  return { plan, facts: bound.facts, overriding: bound.overriding }
}

/** Form 2. */
export function compileForbid(fields: Fields, bench: CheckBench): CompiledCheck | undefined {
  const forbid = fields['forbid'] && readEffects(fields['forbid'], '`forbid`', bench)
  const inRunsWith = fields['inRunsWith'] ? readEffects(fields['inRunsWith'], '`inRunsWith`', bench) : []
  if (forbid === undefined) return undefined
  const bound = compileForAll([...forbid, ...inRunsWith], { ...bench, ...NOTHING }, bench)
  const plan = { form: 'forbid', forbid: namesIn(forbid), inRunsWith: namesIn(inRunsWith) } as const
  return { plan, facts: bound?.facts ?? new Map(), overriding: bound?.overriding }
}

/** Form 3. What guards a reading is settled by the checker, and never asked for again. */
export function compileAfter(fields: Fields, bench: CheckBench): CompiledCheck | undefined {
  const guards = fields['guards'] && readActs(fields['guards'], '`guards`', bench)
  const after = fields['after'] && readActs(fields['after'], '`after`', bench)
  const each = readEach(fields, bench.report)
  if (guards === undefined || after === undefined) return undefined
  const mistakes = bench.report.found.length
  const effects = guards.filter((guard) => namesEffect(guard, bench))
  const bound = compileForAll(effects, { ...bench, ...NOTHING, each }, bench)
  if (each === undefined) for (const guard of guards) for (const act of after) checkComparable(guard, act, bench)
  else checkItems(bound?.each, { after, guards, bench })
  if (bench.report.found.length > mistakes) return undefined
  const plan: AfterCheck = { form: 'after', guards: namesIn(guards), after: namesIn(after), ...eachOf(bound?.each) }
  return { plan, facts: bound?.facts ?? new Map(), overriding: bound?.overriding }
}

/** Form 4. */
export function compileOnlyFrom(fields: Fields, bench: CheckBench): CompiledCheck | undefined {
  const guards = fields['guards'] && readEffects(fields['guards'], '`guards`', bench)
  const onlyFrom = fields['onlyFrom'] && readReadings(fields['onlyFrom'], '`onlyFrom`', bench)
  const input = fields['input'] && readSome(fields['input'], '`input`', bench.report)
  if (guards === undefined || onlyFrom === undefined || input === undefined) return undefined
  checkWritten(guards, input, bench)
  const bound = compileForAll(guards, { ...bench, ...NOTHING }, bench)
  const plan: OnlyFromCheck = {
    form: 'only-from',
    guards: namesIn(guards),
    onlyFrom: namesIn(onlyFrom),
    input: namesIn(input),
  }
  return { plan, facts: bound?.facts ?? new Map(), overriding: bound?.overriding }
}

function eachOf(each: Each | undefined): { each: Each } | object {
  return each === undefined ? {} : { each }
}

interface Items {
  readonly after: readonly Word[]
  readonly guards: readonly Word[]
  readonly bench: CheckBench
}

/** Items are known at the effect only: nobody can settle for each of them what comes before a reading. */
function checkItems(each: Each | undefined, { after, guards, bench }: Items): void {
  const reading = guards.find((guard) => !namesEffect(guard, bench))
  if (reading !== undefined)
    bench.report.error('RB0243', reading.span, {
      message: `\`${reading.text}\` is a reading: what comes before it is settled before any item is known`,
      help: 'drop `each`, or guard an effect',
    })
  const id = each?.itemType.kind === 'object' ? each.itemType.fields['id'] : undefined
  if (id !== undefined) for (const act of after) checkItem(id, act, bench)
}

/** Every field must be written by some guarded effect, and every guarded effect that an action has must write one of them. */
function checkWritten(guards: readonly Word[], input: readonly Word[], bench: CheckBench): void {
  const { world, report } = bench
  const below = guards.flatMap((guard) =>
    belowOf(guard.text, world.effects.byName).map((effect) => ({ guard, effect })),
  )
  if (below.some(({ effect }) => report.broken.has(effect))) return
  const fields = new Set(below.flatMap(({ effect }) => Object.keys(fieldsOf(effect, bench))))
  const strange = input.filter(({ text }) => !fields.has(text))
  for (const { text, span } of strange)
    report.unknown('RB0242', span, {
      message: `no effect that this check guards has a target with \`${text}\``,
      name: text,
      candidates: fields,
    })
  if (strange.length > 0) return
  const caused = new Set([...world.contracts.values()].flatMap((contract) => effectsOf(contract)))
  for (const { guard, effect } of below) {
    if (!caused.has(effect) || input.some(({ text }) => Object.hasOwn(fieldsOf(effect, bench), text))) continue
    report.error('RB0242', guard.span, {
      message: `\`${effect}\` writes none of ${namesIn(input)
        .map((name) => `\`${name}\``)
        .join(', ')}: the check would let it pass`,
      help: 'name a field of its target under `input` too, or guard only what has one',
    })
  }
}

function effectsOf(contract: { kind: string; effects?: object }): string[] {
  return contract.kind === 'action' ? Object.keys(contract.effects ?? {}) : []
}
