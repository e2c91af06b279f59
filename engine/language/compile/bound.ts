import type { Span } from '../../../schemas/diagnostic.ts'
import { durationMs } from '../literals.ts'
import { readScalar } from '../shape/words.ts'
import type { Node } from '../yaml/node.ts'
import type { Bench } from './bench.ts'

/** A duration, and the name of the policy value if it has one. */
export interface Bound {
  readonly ms: number
  readonly policy?: string
  readonly span: Span
}

/** Reads `within` or `holdsFor`: a literal, or a bare `policy.<name>` that is a duration. */
export function readBound(
  node: Node,
  what: string,
  { world, report }: Pick<Bench, 'world' | 'report'>,
): Bound | undefined {
  const scalar = readScalar(node, what, report)
  if (scalar === undefined) return undefined
  const { text, span } = scalar
  const [, name] = /^policy\.(\w+)$/.exec(text) ?? []
  if (name === undefined) {
    const ms = durationMs(text)
    if (ms !== undefined && ms > 0) return { ms, span }
    return report.error('RB0112', span, {
      message: `${what} is a duration, and \`${text}\` is none`,
      help: 'write `90s`, `5m`, `2h`, `3d` or `policy.<name>`',
    })
  }
  const value = world.policy.get(name)
  if (value === undefined) {
    return report.unknown('RB0217', span, {
      message: `there is no policy value \`${name}\``,
      name,
      candidates: world.policy.keys(),
    })
  }
  if (value.value === 0 && value.type.kind === 'duration')
    return report.error('RB0112', span, `${what} takes some time, and \`${text}\` is none`)
  if (value.type.kind === 'duration' && typeof value.value === 'number') return { ms: value.value, policy: name, span }
  return report.error('RB0306', span, `${what} is a duration, and \`${text}\` is a ${value.unit}`)
}
