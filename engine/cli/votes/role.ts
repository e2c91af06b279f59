import type { Waiting } from '../../../schemas/run.ts'
import { OperatorError } from '../../host/operator-error.ts'
import type { Answer } from './answer.ts'

/** The role that was named, or the only one asked that this person has. */
export function roleFor(
  { who, overridable = [] }: Waiting,
  { overrides }: Pick<Answer, 'overrides'>,
  speaker: { readonly named: string | undefined; readonly name: string; readonly roles: Roles },
): string {
  const asked = overrides === undefined ? [...new Set(who)] : rolesOver(overridable, overrides.rule)
  const { named, name, roles } = speaker
  if (named !== undefined && asked.includes(named)) return named
  if (named !== undefined)
    throw new OperatorError('RP0302', `nobody is asked as \`${named}\``, `asked are: ${asked.join(', ')}`)
  const own = asked.filter((role) => Object.hasOwn(roles, role) && roles[role]?.includes(name))
  const [only, ...others] = own.length > 0 ? own : asked
  if (only !== undefined && others.length === 0) return only
  throw new OperatorError('RP0302', 'several roles are asked', `say as whom you answer: --role ${asked.join(' | ')}`)
}

type Roles = Readonly<Record<string, readonly string[]>>

function rolesOver(overridable: NonNullable<Waiting['overridable']>, rule: string): string[] {
  return [...new Set(overridable.filter((one) => one.rule === rule).map(({ who }) => who))]
}
