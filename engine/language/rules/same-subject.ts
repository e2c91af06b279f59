import type { Operand, Operands } from '../../../schemas/plan.ts'
import type { ValueType } from '../../../schemas/value-type.ts'
import { commonFields, hasSubject, loopsOf, prefixOf } from '../../core/rules.ts'
import type { Site } from '../../core/rules.ts'

/** Something that happens at a place, about a subject. */
export interface Act {
  readonly site: Site
  readonly types: Readonly<Record<string, ValueType>>
  readonly values: Operands
}

/** Are two acts about the same subject whatever the values are: does every field by which they compare come from the same place? */
export function surelySame(a: Act, b: Act): boolean {
  const common = commonFields(a.types, b.types)
  if (common.length === 0) return !hasSubject(a.types) || !hasSubject(b.types)
  return common.every((name) => {
    const [mine, theirs] = [originOf(a, name), originOf(b, name)]
    return mine !== undefined && mine === theirs
  })
}

function originOf({ site, values }: Act, name: string): string | undefined {
  const operand = Object.hasOwn(values, name) ? values[name] : undefined
  return operand && nameOf(operand, site)
}

/** A name for where a value comes from; a callee's input is what its caller gives. */
function nameOf(operand: Operand, site: Site): string | undefined {
  if ('literal' in operand) return `literal ${JSON.stringify(operand.literal)}`
  if (!('path' in operand)) return undefined
  const [root = '', name = ''] = operand.path
  const { caller } = site
  if (root === 'inputs' && caller?.step?.kind === 'call') {
    const given = Object.hasOwn(caller.step.with, name) ? caller.step.with[name] : undefined
    return given && nameOf(given, caller)
  }
  const loop = loopsOf(site).find(({ item }) => item === root)
  const of = loop === undefined ? '' : ` of ${loop.list.join('.')}`
  return `${prefixOf(site)}${operand.path.join('.')}${of}`
}
