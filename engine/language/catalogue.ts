/**
 * The public door of the language: a catalogue of YAML files in, Plans or diagnostics out. Pure but for `readCatalogue`.
 */
import type { Allowlist } from '../../schemas/allowlist.ts'
import type { Contract } from '../../schemas/contract.ts'
import type { Diagnostic, Span } from '../../schemas/diagnostic.ts'
import type { EffectPlan, Plan, PolicyValue, RulePlan } from '../../schemas/plan.ts'
import type { Recorded, Scenario } from '../../schemas/scenario.ts'
import { inOrder } from '../diagnostics/render.ts'
import { Lines } from '../diagnostics/place.ts'
import { digestOf } from './digest.ts'
import { kindOfFile, repeatedFiles } from './files.ts'
import type { ClosedWindow } from './ground/calendar.ts'
import type { Role } from './ground/policy.ts'
import { isWhole, readGround } from './ground/read-ground.ts'
import type { Ground, ParsedFile } from './ground/read-ground.ts'
import { Report } from './report.ts'
import { compileRules } from './rules/compile-rules.ts'
import { RULES_FILE_KEYS } from './rules/keys.ts'
import type { Rule } from './rules/rule.ts'
import { effectPlan, frozen } from './runbook/assemble.ts'
import { reviewsIn } from './reviews.ts'
import type { Review } from './reviews.ts'
import { compileRunbooks } from './runbooks.ts'
import { compileRecorded } from './scenarios/compile-recorded.ts'
import { compileScenarios } from './scenarios/compile-scenario.ts'
import { fieldsOf } from './shape/fields.ts'
import type { CatalogueSources, Source } from './source.ts'
import { tellUnusedPolicy } from './unused-policy.ts'
import { parseYaml } from './yaml/parse.ts'

export { readCatalogue, sourceOf } from './read-catalogue.ts'
export { overdueReviews } from './reviews.ts'
export { twinSources } from './scenarios/twin.ts'
export type { ClosedWindow } from './ground/calendar.ts'
export type { Role } from './ground/policy.ts'
export type { CatalogueSources, Source } from './source.ts'

/** A Plan and its digest: what people approve. */
export interface CompiledRunbook {
  readonly plan: Plan
  /** `sha256:…` over the Plan's canonical JSON. */
  readonly digest: string
}

/** Everything that one installation's files say. */
export interface CompiledCatalogue {
  readonly diagnostics: readonly Diagnostic[]
  /** Runbooks without a mistake, by id. */
  readonly runbooks: Readonly<Record<string, CompiledRunbook>>
  readonly rules: readonly RulePlan[]
  readonly effects: Readonly<Record<string, EffectPlan>>
  readonly policy: Readonly<Record<string, PolicyValue>>
  readonly roles: Readonly<Record<string, Role>>
  readonly calendar: { readonly closed: readonly ClosedWindow[] }
  readonly allowlist: Allowlist
  readonly scenarios: readonly Scenario[]
  readonly recorded: readonly Recorded[]
  /** When each runbook was last reviewed. */
  readonly reviews: readonly Review[]
  readonly digest: string
}

/** Compiles a catalogue. A mistake in what all runbooks share leaves no Plan; one in a runbook leaves that one without. */
export function compileCatalogue(sources: CatalogueSources, contracts: readonly Contract[]): CompiledCatalogue {
  const shared = new Report()
  const own = new Map(sources.files.map((source) => [source.file, reportFor(source, shared)]))
  const files = withoutRepeated(sources, shared).map((source) => parsed(source, own.get(source.file) ?? shared))
  const overlays = sources.overlays.map((source) => parsed(source, shared))
  const whole = requireFiles(sources, shared)
  const ground = readGround({ files, overlays }, contracts, shared)
  // Without the files on which they stand, all others would only say so, each in its own words.
  const known = whole && isWhole(files) && ground.world.effects.byName.size > 0 ? files : []
  const rules = compileAllRules(known, sources, { ground, report: shared })
  for (const report of own.values()) for (const name of shared.broken) report.broken.add(name)
  const digest = digestOfCatalogue(sources, contracts)
  const plans = compileRunbooks(known, sources, {
    world: ground.world,
    rules,
    rulesKnown: !shared.nameless && areReadable(known),
    catalogueDigest: digest,
    own,
  })
  const late = new Report(shared.broken)
  late.nameless = shared.nameless
  const before = [shared, ...own.values()]
  if (whole)
    tellUnusedPolicy([...files, ...overlays], ground.world.policy, { report: late, isTold: toldIn(before, sources) })
  const recorded = compileRecorded(known, { world: ground.world, sources, report: late })
  const scenarios = compileScenarios(known, { plans, rules, ground, recorded, sources, report: late })
  const reports = new Set([shared, ...own.values(), late])
  return {
    diagnostics: inOrder([...reports].flatMap(({ found }) => found)),
    runbooks: shared.failed ? {} : Object.fromEntries(plans.map((plan) => [plan.runbook.id, compiledRunbook(plan)])),
    ...resultOf(ground),
    rules: rules.map(({ plan }) => plan),
    scenarios,
    recorded,
    reviews: reviewsIn(files),
    digest,
  }
}

/** The digest is made when somebody asks: a check of many runbooks needs none. */
function compiledRunbook(plan: Plan): CompiledRunbook {
  let digest: string | undefined
  return {
    plan,
    get digest() {
      return (digest ??= digestOf(plan))
    },
  }
}

/** What the operator allows, without compiling anything that rests on it; mistakes in it are those of the whole compile. */
export function allowlistOf(sources: CatalogueSources, contracts: readonly Contract[]): Allowlist {
  const ground = ['effects', 'policy', 'allowlist']
  const report = new Report()
  const files = withoutRepeated(sources, report).filter((source) => ground.includes(kindOfFile(source)))
  return readGround({ files: files.map((source) => parsed(source, report)), overlays: [] }, contracts, report).allowlist
}

/** The texts of all files, by name: what diagnostics are rendered with. */
export function textsOf({ files, overlays }: CatalogueSources): Record<string, string> {
  return Object.fromEntries([...files, ...overlays].map(({ file, text }) => [file, text]))
}

/** Without effects and policy nothing can be checked; allowlist and calendar may be absent. */
function requireFiles({ files }: CatalogueSources, report: Report): boolean {
  const folder = (files[0]?.file ?? '').split('/')[0] ?? ''
  const gone = (['effects', 'policy'] as const).filter((kind) => !files.some((source) => kindOfFile(source) === kind))
  for (const kind of gone) {
    report.error('RB0102', atTop(`${folder}/${kind}.yaml`), `a catalogue needs the file \`${kind}.yaml\``)
  }
  return gone.length === 0
}

/** Of two files of one name the one would be passed over without a word, and with it a freeze, a number or a whole runbook. */
function withoutRepeated({ files }: CatalogueSources, report: Report): Source[] {
  const again = repeatedFiles(files)
  for (const [file, first] of again) {
    const name = first.replace(/^.*\//, '')
    const isRunbook = kindOfFile({ file }) === 'runbook'
    report.error('RB0106', atTop(file), {
      message: `a catalogue has one file \`${name}\`, and this is another one`,
      related: [{ span: atTop(first), label: 'the first one' }],
      help: isRunbook ? 'keep one of them, or give this one another name' : 'keep one of them',
    })
  }
  return files.filter(({ file }) => !again.has(file))
}

function atTop(file: string): Span {
  return { file, start: 0, end: 0 }
}

/** Which words errors point at; where nobody can read a name, every word may be excused by it. */
function toldIn(reports: readonly Report[], sources: CatalogueSources): (word: string) => boolean {
  const texts = textsOf(sources)
  const pointedAt = reports.flatMap(({ found }) =>
    found.flatMap(({ span }) => texts[span.file]?.slice(span.start, span.end).match(/\w+/g) ?? []),
  )
  const words = new Set(pointedAt)
  return (word) => words.has(word) || reports.some((report) => report.excuses(word))
}

/** Can every file of rules be read? Otherwise nobody can tell which rules there are. */
function areReadable(files: readonly ParsedFile[]): boolean {
  return files.every(
    ({ kind, node }) =>
      kind !== 'rules' || (node?.kind === 'map' && fieldsOf(node, RULES_FILE_KEYS)['rules']?.kind === 'list'),
  )
}

/** Runbooks, scenarios and recorded facts answer for themselves; a mistake anywhere else concerns every Plan. */
function reportFor(source: Source, shared: Report): Report {
  return ['runbook', 'scenario', 'recorded'].includes(kindOfFile(source)) ? new Report() : shared
}

function parsed(source: Source, report: Report): ParsedFile {
  return { kind: kindOfFile(source), file: source.file, node: parseYaml(source, report) }
}

function compileAllRules(
  files: readonly ParsedFile[],
  sources: CatalogueSources,
  at: { ground: Ground; report: Report },
): Rule[] {
  const rules = files.flatMap(({ kind, file, node }) => {
    if (kind !== 'rules' || node === undefined) return []
    return compileRules(node, {
      world: at.ground.world,
      report: at.report,
      lines: new Lines(textsOf(sources)[file] ?? ''),
    })
  })
  const seen = new Map<string, Rule>()
  for (const rule of rules) {
    const first = seen.get(rule.plan.id)
    seen.set(rule.plan.id, rule)
    if (first === undefined) continue
    at.report.error('RB0106', rule.span, {
      message: `the rule \`${rule.plan.id}\` is written twice`,
      label: 'again here',
      related: [{ span: first.span, label: 'first here' }],
    })
  }
  return rules.sort((a, b) => (a.plan.id < b.plan.id ? -1 : 1))
}

function resultOf({
  world,
  allowlist,
  calendar,
}: Ground): Pick<CompiledCatalogue, 'effects' | 'policy' | 'roles' | 'allowlist' | 'calendar'> {
  const effects = [...world.effects.byName].map(([name, effect]): [string, EffectPlan] => [name, effectPlan(effect)])
  return {
    effects: Object.fromEntries(effects),
    policy: Object.fromEntries([...world.policy].map(([name, value]) => [name, frozen(value)])),
    roles: Object.fromEntries(world.roles),
    allowlist,
    calendar,
  }
}

/** Scenarios and recorded facts try a catalogue and are no part of it. */
function digestOfCatalogue({ files, overlays }: CatalogueSources, contracts: readonly Contract[]): string {
  const named = (sources: readonly Source[]) => sources.map(({ file, digest }) => ({ file, digest }))
  return digestOf({
    files: named(files.filter((source) => !['scenario', 'recorded'].includes(kindOfFile(source)))),
    overlays: named(overlays),
    contracts,
  })
}
