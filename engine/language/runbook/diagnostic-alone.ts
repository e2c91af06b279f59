import type { Span } from '../../../schemas/diagnostic.ts'
import type { ReadingContract } from '../../../schemas/contract.ts'
import type { Bench, Use } from '../compile/bench.ts'

interface Judging {
  readonly span: Span
  /** `judgement` or `expectation`. */
  readonly what: string
}

/** Neither a judgement nor an expectation may rest on diagnostic readings, such as logs, alone (G16). */
export function refuseDiagnostic(uses: readonly Use[], { span, what }: Judging, bench: Bench): void {
  const readings = uses.flatMap(({ path }) =>
    saysWhich(path, bench) ? [] : (readingBehind(path[0] ?? '', bench) ?? []),
  )
  if (readings.length === 0 || readings.some(({ authority }) => authority !== 'diagnostic')) return
  const names = [...new Set(readings.map(({ name }) => `\`${name}\``))]
  bench.report.error('RB0313', span, {
    message: `this ${what} rests on diagnostic readings alone (${names.join(', ')})`,
    help: 'judge by a reading of the authority; logs explain, they do not decide',
  })
}

/** The id of an item says which one it is, and judges nothing. */
function saysWhich([root, field = '']: readonly string[], { items = [] }: Bench): boolean {
  const type = items.find(({ name }) => name === root)?.type
  return (type?.kind === 'object' ? type.fields[field] : type)?.kind === 'id'
}

/** The reading that a name stands for: a fact, or an item of a list that a fact has. */
function readingBehind(root: string, bench: Bench): ReadingContract | undefined {
  const item = bench.items?.find(({ name }) => name === root)
  if (item !== undefined) {
    const around = bench.items?.slice(bench.items.indexOf(item) + 1) ?? []
    return item.list === undefined ? undefined : readingBehind(item.list[0] ?? '', { ...bench, items: around })
  }
  return bench.readings.get(root)
}
