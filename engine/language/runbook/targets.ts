import type { ValueType } from '../../../schemas/value-type.ts'
import type { Operands } from '../../../schemas/plan.ts'
import type { Bench, Use } from '../compile/bench.ts'
import { compileInputs, fillIn } from '../compile/inputs.ts'
import { claimEffect } from '../ground/effects.ts'
import { readWords } from '../shape/words.ts'
import type { Word } from '../shape/words.ts'
import type { Node } from '../yaml/node.ts'

/** Effects with their targets filled, and what these use. */
export interface Targets {
  readonly filled: readonly { readonly effect: string; readonly target: Operands }[]
  readonly uses: readonly Use[]
  /** The effects as they were written. */
  readonly words: readonly Word[]
}

/** What is named: claims by their short names, or effects. */
interface Named {
  readonly what: string
  readonly claims: boolean
}

/** Compiles `claim` or `effects`: a list of names, or a map from names to the fields of their targets that are not filled in. */
export function compileTargets(node: Node, named: Named, bench: Bench): Targets {
  if (node.kind !== 'map') {
    const words = readWords(node, named.what, bench.report)
    return { filled: words.flatMap((word) => fromName(word, named, bench) ?? []), uses: [], words }
  }
  const compiled = node.entries.flatMap(({ key, keySpan, value }) => {
    const word = { text: key, span: keySpan }
    return fromMap(word, value, { named, bench }) ?? []
  })
  return {
    filled: compiled.map(({ effect, target }) => ({ effect, target })),
    uses: compiled.flatMap(({ uses }) => uses),
    words: node.entries.map(({ key, keySpan }) => ({ text: key, span: keySpan })),
  }
}

function fromName(word: Word, named: Named, bench: Bench): { effect: string; target: Operands } | undefined {
  const effect = effectOf(word, named, bench)
  if (effect === undefined) return undefined
  const fields = targetOf(effect, bench)
  const target = fillIn({ kind: 'object', fields }, new Set(), bench)
  const missing = Object.keys(fields).filter((field) => target[field] === undefined && !bench.report.broken.has(field))
  if (missing.length === 0) return { effect, target }
  return bench.report.error('RB0232', word.span, {
    message: `nothing says for which ${missing.map((field) => `\`${field}\``).join(', ')} \`${word.text}\` is ${named.claims ? 'claimed' : 'asked for'}`,
    help: `say it: \`{ ${word.text}: { ${missing[0] ?? ''}: "{{…}}" } }\`, or give the runbook an input of this name and type`,
  })
}

function fromMap(word: Word, value: Node, { named, bench }: { named: Named; bench: Bench }) {
  const effect = effectOf(word, named, bench)
  if (effect === undefined) return undefined
  const taker = { name: word.text, input: { kind: 'object', fields: targetOf(effect, bench) } } as const
  const { operands, uses } = compileInputs(taker, { with: value, at: word.span }, bench)
  return { effect, target: operands, uses }
}

function effectOf(word: Word, { claims }: Named, { world, report }: Bench): string | undefined {
  const { byName } = world.effects
  if (claims) return claimEffect(word, byName, report)
  if (byName.has(word.text)) return word.text
  return report.unknown('RB0216', word.span, {
    message: `there is no effect \`${word.text}\``,
    name: word.text,
    candidates: byName.keys(),
  })
}

/** The run itself is filled in by whoever says the claim. */
function targetOf(effect: string, { world }: Bench): Record<string, ValueType> {
  const target = world.effects.byName.get(effect)?.target ?? {}
  return Object.fromEntries(Object.entries(target).filter(([field]) => field !== 'run'))
}
