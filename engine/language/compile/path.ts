import type { ValueType } from '../../../schemas/value-type.ts'
import { pathType } from '../../core/cel.ts'
import type { Bench, Use } from './bench.ts'

/** The type of what stands at a path; a path that leads nowhere is reported. */
export function typeAt(
  { path, span }: Use,
  { variables, report }: Pick<Bench, 'variables' | 'report'>,
): ValueType | undefined {
  const reached = pathType(path, variables)
  if ('type' in reached) return reached.type
  const { kind, message, misspelt } = reached.problem
  if (misspelt !== undefined && report.excuses(misspelt.name)) return undefined
  const help = reached.problem.help ?? (misspelt && report.didYouMean(misspelt.name, misspelt.candidates))
  return report.error(kind === 'unknown-name' ? 'RB0304' : 'RB0305', span, {
    message,
    ...(help === undefined ? {} : { help }),
  })
}
