import type { SectionPlan } from '../../../schemas/plan.ts'
import type { Bench, Use } from '../compile/bench.ts'
import { compileText } from '../compile/operand.ts'
import { asMap, readFields } from '../shape/fields.ts'
import { checkName, readText } from '../shape/words.ts'
import type { MapEntry, Node } from '../yaml/node.ts'
import { SECTION_KEYS } from './keys.ts'

/** The sections of a runbook's page, and the paths in their texts. */
export interface Sections {
  readonly plans: Readonly<Record<string, SectionPlan>>
  readonly uses: readonly Use[]
}

/** What a page can name: it is read when there is no run. */
const ON_A_PAGE = ['policy']

/** Compiles `sections`: none is empty; what does not apply says why. */
export function compileSections(node: Node | undefined, bench: Bench): Sections | undefined {
  const map = node && asMap(node, '`sections`', bench.report)
  if (map === undefined) return undefined
  const compiled = map.entries.flatMap((entry) => compileSection(entry, bench) ?? [])
  return {
    plans: Object.fromEntries(compiled.map(({ name, plan }) => [name, plan])),
    uses: compiled.flatMap(({ uses }) => uses),
  }
}

type Section = { readonly name: string; readonly plan: SectionPlan; readonly uses: readonly Use[] }

function compileSection({ key, keySpan, value }: MapEntry, bench: Bench): Section | undefined {
  const { report } = bench
  checkName({ text: key, span: keySpan }, 'a section', report)
  if (value.kind === 'map') {
    const fields = readFields(value, SECTION_KEYS, report)
    const reason = fields?.['notApplicable'] && readText(fields['notApplicable'], 'the reason', report)
    return reason && { name: key, plan: { notApplicable: reason.text }, uses: [] }
  }
  const text = compileText(value, `the section \`${key}\``, bench)
  if (text === undefined) return undefined
  for (const { path, span } of text.uses) {
    if (ON_A_PAGE.includes(path[0] ?? '')) continue
    report.error('RB0205', span, {
      message: `\`${path.join('.')}\` has no value on a page: it is read when nothing runs`,
      help: 'a page can name policy values',
    })
  }
  return { name: key, plan: { text: text.operand }, uses: text.uses }
}
