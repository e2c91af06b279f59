import type { Plan } from '../../schemas/plan.ts'
import type { ParsedFile } from './ground/read-ground.ts'
import type { Report } from './report.ts'
import type { Rule } from './rules/rule.ts'
import { compileRunbook } from './runbook/compile-runbook.ts'
import type { Word } from './shape/words.ts'
import type { CatalogueSources, Source } from './source.ts'
import type { World } from './world.ts'
import type { Node } from './yaml/node.ts'

/** What all runbooks of a catalogue are compiled against. */
export interface Shared {
  readonly world: World
  readonly rules: readonly Rule[]
  /** Are these all? Where a file of rules cannot be read, nobody can tell. */
  readonly rulesKnown: boolean
  readonly catalogueDigest: string
  /** The report of each file. */
  readonly own: ReadonlyMap<string, Report>
}

/** Compiles every runbook of a catalogue, each after those that it calls. */
export function compileRunbooks(
  files: readonly ParsedFile[],
  { files: sources }: CatalogueSources,
  shared: Shared,
): Plan[] {
  const runbooks = new Runbooks(shared)
  for (const { kind, file, node } of files) {
    const source = sources.find((known) => known.file === file)
    const report = shared.own.get(file)
    if (kind === 'runbook' && source !== undefined && report !== undefined) runbooks.add({ source, node, report })
  }
  return runbooks.all()
}

interface Entry {
  readonly source: Source
  /** Absent where the file is no YAML. */
  readonly node: Node | undefined
  readonly report: Report
}

class Runbooks {
  readonly #shared: Shared
  readonly #entries = new Map<string, Entry>()
  readonly #done = new Map<string, Plan | undefined>()
  /** Runbooks that are being compiled, the outermost first. */
  readonly #open: string[] = []

  constructor(shared: Shared) {
    this.#shared = shared
  }

  add(entry: Entry): void {
    this.#entries.set(entry.source.file.replace(/^.*\//, '').replace(/\.yaml$/, ''), entry)
  }

  all(): Plan[] {
    return [...this.#entries.keys()].flatMap((id) => this.#plan(id) ?? [])
  }

  #plan(id: string): Plan | undefined {
    const entry = this.#entries.get(id)
    if (this.#done.has(id) || entry?.node === undefined) return this.#done.get(id)
    this.#open.push(id)
    const { source, node, report } = entry
    const callee = (word: Word) => this.#callee(word, report)
    const plan = compileRunbook(source, node, { ...this.#shared, report, callee })
    this.#open.pop()
    this.#done.set(id, plan)
    return plan
  }

  #callee({ text, span }: Word, report: Report): Plan | undefined {
    if (!this.#entries.has(text)) {
      return report.unknown('RB0233', span, {
        message: `there is no runbook \`${text}\``,
        name: text,
        candidates: this.#entries.keys(),
      })
    }
    const at = this.#open.indexOf(text)
    if (at < 0) return this.#bounded({ text, span }, report)
    const circle = [...this.#open.slice(at), text].map((id) => `\`${id}\``)
    return report.error('RB0236', span, {
      message: `calls go in a circle: ${circle.join(' calls ')}`,
      help: 'a runbook that calls itself, by whatever way, would never end',
    })
  }

  /** Each call brings a whole Plan, and that those which it calls. */
  #bounded({ text, span }: Word, report: Report): Plan | undefined {
    const plan = this.#open.length < MAX_DEPTH ? this.#plan(text) : undefined
    if (this.#open.length < MAX_DEPTH && (plan === undefined || plansIn(plan) <= MAX_PLANS)) return plan
    return report.error('RB0236', span, {
      message: `\`${text}\` is called too deep, or calls too many others: at most ${MAX_DEPTH} deep, and ${MAX_PLANS} in all`,
      help: 'call fewer runbooks, or let a person start the next one',
    })
  }
}

const MAX_DEPTH = 8
const MAX_PLANS = 64

function plansIn({ callees = {} }: Plan): number {
  return Object.values(callees).reduce((sum, callee) => sum + plansIn(callee), 1)
}
