import type { ValueType } from '../../../schemas/value-type.ts'
import { commonFields, hasSubject, sameId } from '../../core/rules.ts'
import type { Word } from '../shape/words.ts'
import type { RuleBench } from './compile-rules.ts'

/** The fields of an effect's target, or of a reading's input. */
export function fieldsOf(name: string, { world }: Pick<RuleBench, 'world'>): Readonly<Record<string, ValueType>> {
  return world.effects.byName.get(name)?.target ?? world.contracts.get(name)?.input.fields ?? {}
}

/** Two things of which a rule says that they are about the same must have something by which that can be seen. */
export function checkComparable(a: Word, b: Word, bench: RuleBench): void {
  const [mine, theirs] = [fieldsOf(a.text, bench), fieldsOf(b.text, bench)]
  if (bench.report.broken.has(a.text) || bench.report.broken.has(b.text)) return
  if (commonFields(mine, theirs).length > 0 || !hasSubject(mine) || !hasSubject(theirs)) return
  bench.report.error('RB0241', b.span, {
    message: `\`${a.text}\` and \`${b.text}\` have no subject in common: nobody can see whether they are about the same`,
    label: describe(theirs),
    related: [{ span: a.span, label: describe(mine) }],
    help: 'give both a field of the same name that is an id, a digest or an enum',
  })
}

/** The id of an item must stand somewhere in what has to happen for it. */
export function checkItem(id: ValueType, act: Word, bench: RuleBench): void {
  const fields = fieldsOf(act.text, bench)
  if (bench.report.broken.has(act.text) || Object.values(fields).some((type) => sameId(type, id))) return
  bench.report.error('RB0241', act.span, {
    message: `\`${act.text}\` names no ${id.kind === 'id' ? id.of : 'item'}: nobody can see for which item it has happened`,
    label: describe(fields),
    help: 'take something whose target or input has a field of the item’s id',
  })
}

function describe(fields: Readonly<Record<string, ValueType>>): string {
  const names = Object.keys(fields)
  return names.length === 0 ? 'it has no fields' : `it has ${names.map((name) => `\`${name}\``).join(', ')}`
}
