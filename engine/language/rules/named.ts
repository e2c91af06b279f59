import { readSome, readWord } from '../shape/words.ts'
import type { Word } from '../shape/words.ts'
import type { Node } from '../yaml/node.ts'
import type { RuleBench } from './compile-rules.ts'

/** Effects that exist, and that some action of this installation can have: a rule on anything else would bind to nothing. */
export function readEffects(node: Node, what: string, bench: RuleBench): Word[] {
  return readSome(node, what, bench.report).filter((word) => isEffect(word, bench))
}

/** One effect. */
export function readEffect(node: Node, what: string, bench: RuleBench): Word | undefined {
  const word = readWord(node, what, bench.report)
  return word !== undefined && isEffect(word, bench) ? word : undefined
}

/** Readings that exist. */
export function readReadings(node: Node, what: string, { world, report }: RuleBench): Word[] {
  const names = readingNames({ world })
  return readSome(node, what, report).filter(({ text, span }) => {
    if (names.includes(text)) return true
    report.unknown('RB0201', span, { message: `there is no reading \`${text}\``, name: text, candidates: names })
    return false
  })
}

/** Effects or readings, in one list. */
export function readActs(node: Node, what: string, bench: RuleBench): Word[] {
  const { world, report } = bench
  const readings = readingNames(bench)
  return readSome(node, what, report).filter((word) => {
    if (readings.includes(word.text)) return true
    if (world.effects.byName.has(word.text)) return isEffect(word, bench)
    report.unknown('RB0216', word.span, {
      message: `there is neither an effect nor a reading \`${word.text}\``,
      name: word.text,
      candidates: [...world.effects.byName.keys(), ...readings],
    })
    return false
  })
}

/** Is the name that of an effect? */
export function namesEffect({ text }: Word, { world }: Pick<RuleBench, 'world'>): boolean {
  return world.effects.byName.has(text)
}

function readingNames({ world }: Pick<RuleBench, 'world'>): string[] {
  return [...world.contracts.values()].flatMap(({ kind, name }) => (kind === 'reading' ? [name] : []))
}

function isEffect({ text, span }: Word, { world, report }: RuleBench): boolean {
  if (!world.effects.byName.has(text)) {
    report.unknown('RB0216', span, {
      message: `there is no effect \`${text}\``,
      name: text,
      candidates: world.effects.byName.keys(),
    })
    return false
  }
  if (world.possible.has(text) || report.broken.has(text)) return true
  report.error('RB0222', span, {
    message: `no action of this installation has the effect \`${text}\``,
    label: 'the rule would bind to nothing',
  })
  return false
}
