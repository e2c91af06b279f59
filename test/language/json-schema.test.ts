import { globSync, readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { describe, expect, test, vi } from 'vitest'
import { parseDocument } from 'yaml'
import { allContracts } from '../../actions/index.ts'
import { compileCatalogue, readCatalogue, sourceOf } from '../../engine/language/catalogue.ts'
import type { CatalogueSources } from '../../engine/language/catalogue.ts'
import { kindOfFile } from '../../engine/language/files.ts'
import type { FileKind } from '../../engine/language/files.ts'
import { SCHEMAS, schemaText } from '../../engine/language/json-schema/index.ts'
import type { Schema } from '../../engine/language/json-schema/index.ts'
import { BOUND, COUNT, DURATION, ID, NAME, RATIO, TIME } from '../../engine/language/json-schema/words.ts'
import { durationMs, literalOf, ratioOf } from '../../engine/language/literals.ts'
import { Report } from '../../engine/language/report.ts'
import type * as FieldsModule from '../../engine/language/shape/fields.ts'
import type * as WordsModule from '../../engine/language/shape/words.ts'
import { ROOTS, checkId, checkName } from '../../engine/language/shape/words.ts'
import type { Json } from '../../schemas/json.ts'
import { base, compileWith, placeOfCase } from './compile-case.ts'
import { contracts } from './contracts.ts'

type Fields = typeof FieldsModule
type Words = typeof WordsModule

/** Every shape and closed set of words that the checker itself asks for, written down while it works. */
const asked = vi.hoisted(() => ({ shapes: new Set<string>(), words: new Set<string>() }))

vi.mock('../../engine/language/shape/fields.ts', async (original) => {
  const real = await original<Fields>()
  const readFields: Fields['readFields'] = (node, keys, report) => {
    const { what, required, optional = [] } = keys
    const shape = [what, [...required].sort(), [...optional].sort()]
    asked.shapes.add(JSON.stringify([kindOfFile(node.span), ...shape]))
    return real.readFields(node, keys, report)
  }
  return { ...real, readFields }
})

vi.mock('../../engine/language/shape/words.ts', async (original) => {
  const real = await original<Words>()
  const readOneOf: Words['readOneOf'] = (node, words, at) => {
    const set = [kindOfFile(node.span), at.what.replaceAll('`', ''), [...words].sort()]
    asked.words.add(JSON.stringify(set))
    return real.readOneOf(node, words, at)
  }
  return { ...real, readOneOf }
})

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const CASES = fileURLToPath(new URL('testdata/', import.meta.url))
const ajv = new Ajv2020({ allErrors: true, strict: true, strictTypes: false, strictRequired: false })
const validators = new Map(Object.entries(SCHEMAS).map(([kind, { schema }]) => [kind, ajv.compile(schema)]))
const kinds = Object.keys(SCHEMAS) as FileKind[]

/** A document as an editor hands it to a schema: YAML 1.2 with its usual types. */
function taken(kind: FileKind, text: string): boolean {
  return validators.get(kind)?.(parseDocument(text, { version: '1.2' }).toJS()) === true
}

describe('schemas/json', () => {
  test.each(kinds)('holds what `runproof schema %s` prints', (kind) => {
    const file = `${ROOT}schemas/json/${kind}.schema.json`
    const text = schemaText(SCHEMAS[kind])
    if (process.env['UPDATE'] === '1') writeFileSync(file, text)
    expect(readFileSync(file, 'utf8')).toBe(text)
  })

  test('holds nothing else', () => {
    expect(globSync('*', { cwd: `${ROOT}schemas/json` }).sort()).toEqual(
      kinds.map((kind) => `${kind}.schema.json`).sort(),
    )
  })
})

const runbooks = await readCatalogue(`${ROOT}runbooks`)

describe('a schema takes', () => {
  test.each([...runbooks.files, ...base.files].map((source) => [source.file, source] as const))(
    '%s',
    (_file, source) => {
      const validate = validators.get(kindOfFile(source))
      validate?.(parseDocument(source.text, { version: '1.2' }).toJS())
      expect(validate?.errors).toBeNull()
    },
  )
})

/** The catalogue of this project, or that of the cases, with one text in one of its files replaced. */
function altered(file: string, from: string, to: string): { sources: CatalogueSources; text: string } {
  const catalogue = file.startsWith('base/') ? base : runbooks
  const before = catalogue.files.find((source) => source.file === file)?.text ?? ''
  expect(before.split(from).length, `${from} stands once or more in ${file}`).toBeGreaterThan(1)
  const text = before.replace(from, () => to)
  const source = sourceOf(file, new TextEncoder().encode(text))
  return {
    sources: { ...catalogue, files: catalogue.files.map((other) => (other.file === file ? source : other)) },
    text,
  }
}

const DEPLOY = 'runbooks/bad-deploy.yaml'
const LIFT = 'runbooks/lift-promotion-freeze.yaml'
const RULES = 'runbooks/rules/bad-deploy.yaml'
const RESTORE_RULES = 'runbooks/rules/database-restore.yaml'
const POLICY = 'runbooks/policy.yaml'
const EFFECTS = 'runbooks/effects.yaml'
const TEND = 'base/tend.yaml'
const BASE_EFFECTS = 'base/effects.yaml'
const ALLOWLIST = 'base/allowlist.yaml'
const CALENDAR = 'base/calendar.yaml'
const RECORDED = 'runbooks/recorded/lift-promotion-freeze.yaml'
const SCENARIO = 'runbooks/scenarios/rolled-back.yaml'
const ASK = 'ask: Which?\n    who: incident-lead\n    within: 5m\n    choose: { now: { effects: [] } }'
const SHELL = '{ id: look, run: [ls], timeout: 5s, effects: [] }'
const GET = '{ id: ask, get: "https://{{a}}/x", timeout: 5s, effects: [], inputs: { a: app } }'
const POST = '{ id: tell, post: https://a.example/x, timeout: 5s, effects: [] }'

const WRONG: readonly (readonly [what: string, file: string, from: string, to: string, code: string])[] = [
  ['an unknown key of a runbook', DEPLOY, 'title:', 'titel:', 'RB0101'],
  ['a runbook without its owner', DEPLOY, 'owner: platform-on-call\n', '', 'RB0102'],
  ['an id that is no id', DEPLOY, 'runbook: bad-deploy', 'runbook: badDeploy', 'RB0104'],
  ['a step of no kind', DEPLOY, '    read: [errors, logs]\n', '', 'RB0109'],
  ['a step of two kinds', DEPLOY, 'read: [errors, logs]', 'decide: { a: 1m > 2m }\n    do: x.y', 'RB0109'],
  ['a question without options', DEPLOY, 'read: [errors, logs]', 'ask: who is there\n    who: incident-lead', 'RB0102'],
  ['a question in a loop', DEPLOY, 'read: [errors, logs]', `${ASK}\n    forEach: { e: edges.items }`, 'RB0110'],
  ['an option that every question has', DEPLOY, 'read: [errors, logs]', ASK.replace('now:', 'timed-out:'), 'RB0106'],
  [
    'a loop over two lists',
    DEPLOY,
    'read: [errors, logs]',
    'read: [errors]\n    forEach: { a: b.c, d: e.f }',
    'RB0110',
  ],
  ['a list that is no path', DEPLOY, 'read: [errors, logs]', 'read: [errors]\n    forEach: { a: "b[0]" }', 'RB0112'],
  ['so many items at once of no loop', DEPLOY, 'read: [errors, logs]', 'read: [errors]\n    atOnce: 3', 'RB0110'],
  [
    'no item at once',
    DEPLOY,
    'read: [errors, logs]',
    'read: [errors]\n    forEach: { a: b.c }\n    atOnce: 0',
    'RB0112',
  ],
  ['a block without steps', DEPLOY, 'read: [errors, logs]', 'steps: []', 'RB0102'],
  ['a step of no kind in a block', DEPLOY, 'read: [errors, logs]', 'steps: [{ id: inner }]', 'RB0109'],
  ['a call with an unknown key', DEPLOY, 'read: [errors, logs]', 'call: bad-deploy\n    within: 5m', 'RB0101'],
  ['an undo of nothing', DEPLOY, '    leaves: promotions', '    undo: { with: {} }\n    leaves: promotions', 'RB0102'],
  [
    'an undo that is none and leaves something',
    DEPLOY,
    '    leaves: promotions',
    '    undo: none\n    leaves: promotions',
    'RB0110',
  ],
  ['a hold of nothing', DEPLOY, '    leaves: promotions', '    hold: []\n    leaves: promotions', 'RB0102'],
  [
    'a hold that is no path',
    DEPLOY,
    '    leaves: promotions',
    '    hold: ["{{inputs.app}}"]\n    leaves: promotions',
    'RB0112',
  ],
  ['a review on no day', DEPLOY, 'triggers:', 'lastReviewed: last week\ntriggers:', 'RB0112'],
  ['a topology of nothing', DEPLOY, 'triggers:', 'topology: []\ntriggers:', 'RB0102'],
  ['a section that is empty', TEND, 'coalesce:', 'sections: { paging: "" }\ncoalesce:', 'RB0103'],
  ['a section without a reason', TEND, 'coalesce:', 'sections: { paging: {} }\ncoalesce:', 'RB0102'],
  ['an output that is no path', DEPLOY, 'triggers:', 'outputs: { a: the last }\ntriggers:', 'RB0206'],
  ['an outcome that every step has', DEPLOY, '  rolled-back:', '  denied:', 'RB0106'],
  [
    'a schedule without a reading',
    DEPLOY,
    '  - alert:',
    '  - schedule: "0 6 * * 2"\n    map: {}\n    mode: act\n  - alert:',
    'RB0102',
  ],
  ['a cool-down that is none', DEPLOY, '    mode: act', '    coolDown: soon\n    mode: act', 'RB0112'],
  ['a key of another kind of step', DEPLOY, 'read: [errors, logs]', 'read: [errors, logs]\n    pick: one', 'RB0101'],
  ['a step that is named with a hyphen', DEPLOY, 'id: symptoms', 'id: the-symptoms', 'RB0104'],
  ['a fact that hides a root', DEPLOY, '  logs: platform', '  inputs: platform', 'RB0106'],
  ['a maximal age in a runbook', DEPLOY, 'ifEmpty: allow', 'maxAge: 5s', 'RB0101'],
  ['one word for a list of facts', DEPLOY, 'read: [errors, logs]', 'read: errors', 'RB0103'],
  ['a wait without a bound', DEPLOY, '    within: 1m\n', '', 'RB0113'],
  ['a bound without an expectation', DEPLOY, 'read: [errors, logs]', 'read: [errors, logs]\n    within: 1m', 'RB0110'],
  ['a bound that is no duration', DEPLOY, 'within: 1m', 'within: a while', 'RB0112'],
  ['a bound of nothing', DEPLOY, 'within: 1m', 'within: 0s', 'RB0112'],
  ['an effect that leaves nothing said', DEPLOY, '    leaves: promotions into', '    # promotions into', 'RB0220'],
  ['a case that every decision has', DEPLOY, 'otherwise: no-cause-found', 'otherwise: mixed', 'RB0106'],
  ['an end that is none', DEPLOY, 'as: succeeded\n', 'as: fine\n', 'RB0107'],
  ['an end of the engine', DEPLOY, 'as: blocked\n', 'as: aborted\n', 'RB0107'],
  ['a trigger without mode', DEPLOY, '    mode: act\n', '', 'RB0102'],
  ['a trigger of another mode', DEPLOY, 'mode: act', 'mode: acts', 'RB0107'],
  ['a map to no label', DEPLOY, 'labels.environment', 'annotations.environment', 'RB0112'],
  ['an approval by nobody', LIFT, '    who: release-owner\n', '', 'RB0102'],
  ['an approval without a bound', LIFT, '    within: policy.approvalPatience\n', '', 'RB0113'],
  ['a secret that may be one', LIFT, 'type: text,', 'type: text, secret: perhaps,', 'RB0107'],
  ['an unknown key of a rule', RULES, '    overridable', '    becasue: x\n    overridable', 'RB0101'],
  ['a rule without a source', RULES, '    source: seed 003, Bad Deploy\n', '', 'RB0102'],
  ['a rule that can be overridden', RULES, 'overridable: never', 'overridable: release-owner', 'RB0107'],
  ['a check of two forms', RULES, '- forbid: [edge.route.write]', '- { forbid: [a.b], guards: [a.b] }', 'RB0109'],
  ['a check that guards nothing', RULES, 'guards: [route.rollback]', 'guards: []', 'RB0102'],
  [
    'a verdict for each of what is no list',
    RESTORE_RULES,
    'each: { source: sources.items }',
    'each: { source: sources }',
    'RB0112',
  ],
  ['a value without a source', POLICY, 'freezeFor: { is: 4h, source:', 'freezeFor: { is: 4h, sauce:', 'RB0101'],
  ['a number without a unit', POLICY, 'is: 3, unit: count', 'is: 3', 'RB0112'],
  ['a unit that is none', POLICY, 'unit: count', 'unit: counts', 'RB0107'],
  ['a policy without a value of the engine', POLICY, '  unknownFor:', '  knownFor:', 'RB0102'],
  ['a target that is no ratio', POLICY, 'target: 99.5%', 'target: 99.5', 'RB0112'],
  ['a role without a text', POLICY, '{ text: owns the application }', '{}', 'RB0102'],
  ['an unknown key of an effect', EFFECTS, 'protective: true', 'protected: true', 'RB0101'],
  ['a flag that is none', EFFECTS, 'protective: true', 'protective: yes', 'RB0107'],
  ['an end that is no effect', EFFECTS, '  claim.deferred: { under: claim }\n', '', 'RB0224'],
  ['an effect that is no noun and verb', EFFECTS, '  artifact.build:', '  Artifact.build:', 'RB0104'],
  ['a goal without a claim', BASE_EFFECTS, 'service: [rolled-back]', 'service: []', 'RB0102'],
  ['an allowlist without its requests', ALLOWLIST, 'http: []', '', 'RB0102'],
  ['a command without a timeout', ALLOWLIST, 'shell: []', `shell: [${SHELL.replace('timeout: 5s, ', '')}]`, 'RB0102'],
  [
    'a command that is pasted together',
    ALLOWLIST,
    'shell: []',
    `shell: [${SHELL.replace('ls', '"a{{b}}"')}]`,
    'RB0208',
  ],
  [
    'an output without fields',
    ALLOWLIST,
    'shell: []',
    `shell: [${SHELL.replace('[] }', '[], output: x }')}]`,
    'RB0103',
  ],
  [
    'a variable in small letters',
    ALLOWLIST,
    'shell: []',
    `shell: [${SHELL.replace('[] }', '[], env: { a: b } }')}]`,
    'RB0104',
  ],
  [
    'a user without a group',
    ALLOWLIST,
    'shell: []',
    `shell: [${SHELL.replace('[] }', '[], user: { uid: 1 } }')}]`,
    'RB0102',
  ],
  ['a change without an effect', ALLOWLIST, 'http: []', `http: [${POST}]`, 'RB0226'],
  ['a request of no method', ALLOWLIST, 'http: []', `http: [${POST.replace('post:', 'patch:')}]`, 'RB0102'],
  ['a host that is not fixed', ALLOWLIST, 'http: []', `http: [${GET}]`, 'RB0112'],
  ['a window without a reason', CALENDAR, 'closed: []', 'closed: [{ from: 2026-12-23T00:00:00Z }]', 'RB0102'],
  [
    'a time without a zone',
    CALENDAR,
    'closed: []',
    'closed: [{ from: 2026-12-23, to: 2026-12-27T00:00:00Z, reason: y }]',
    'RB0112',
  ],
  ['a scenario without what is expected', SCENARIO, '  outcome: rolled-back\n', '', 'RB0102'],
  ['a recorded reading with an unknown key', RECORDED, 'complete: true }', 'compleet: true }', 'RB0101'],
  ['a scenario against something else', SCENARIO, 'against: lab', 'against: production', 'RB0107'],
  ['a circumstance of nothing', SCENARIO, '- lab: promote\n    with:', '- with:', 'RB0102'],
  ['a twin without harm', SCENARIO, 'given:', 'twin: { without: no-edge-route-edit, harm: [] }\ngiven:', 'RB0102'],
]

describe('the schema and the checker both refuse', () => {
  test.each(WRONG)('%s', (_what, file, from, to, code) => {
    const { sources, text } = altered(file, from, to)
    expect(taken(kindOfFile({ file }), text)).toBe(false)
    const found = compileCatalogue(sources, file.startsWith('base/') ? contracts : allContracts).diagnostics.filter(
      ({ span }) => span.file === file,
    )
    expect(found.map((diagnostic) => diagnostic.code)).toContain(code)
  })

  test('something of every kind of file', () => {
    expect(new Set(WRONG.map(([, file]) => kindOfFile({ file })))).toEqual(new Set(kinds))
  })
})

/** An allowlist with every kind of entry: no other catalogue of this project has one. */
const ENTRIES = `
shell: [{ id: look, run: [ls], timeout: 5s, effects: [], inputs: { app: { type: app, pattern: "[a-z]+" } } }]
http:
  - { id: a, get: https://a.example/x, timeout: 5s, effects: [], allowPrivate: true }
  - { id: b, post: https://a.example/x, timeout: 5s, effects: [artifact.build], inputs: { app: app } }
  - { id: c, put: "https://a.example/{{app}}?x=y", timeout: 5s, effects: [artifact.build], inputs: { app: app } }
  - { id: d, delete: http://10.0.0.7:9090, timeout: 5s, effects: [artifact.build], inputs: { app: app } }
`

/** Keys that no other file of this project has, in catalogues that have no mistake. */
const RARE: readonly (readonly [file: string, from: string, to: string])[] = [
  [DEPLOY, 'otherwise: no-cause-found', 'otherwise: no-cause-found\n    pick: first'],
  [DEPLOY, 'triggers:', 'lastReviewed: 2026-08-21\ntriggers:'],
  [RULES, 'edges: platform.edgeRoutes', 'edges: { read: platform.edgeRoutes, ifEmpty: allow, maxAge: 5s }'],
  [RECORDED, 'complete: true }', 'complete: true, roundTrip: true }'],
  [
    RECORDED,
    'platform.statusOfAffected: { value: { items: [] }, complete: true }',
    'platform.statusOfAffected: { unknown: timeout }',
  ],
  [
    RECORDED,
    'platform.promotionFreeze: { active: false, admitsPromotions: true }',
    'platform.promotionFreeze: [{ with: {}, value: { active: false } }]',
  ],
]

/** Everything that this project has to check; the checker tells, on the way, what it asks for. */
function checkEverything(): { name: string; kind: FileKind; text: string; mistakes: number }[] {
  const rare = RARE.map(([file, from, to]) => {
    const { sources, text } = altered(file, from, to)
    const mistakes = compileCatalogue(sources, file.startsWith('base/') ? contracts : allContracts).diagnostics.length
    return { name: to, kind: kindOfFile({ file }), text, mistakes }
  })
  const cases = globSync('**/*.yaml', { cwd: CASES }).map((name) => ({ name, ...placeOfCase(CASES + name) }))
  const own = { name: 'every kind of entry', file: 'base/allowlist.yaml', bytes: new TextEncoder().encode(ENTRIES) }
  const tried = [...cases, own].map(({ name, file, bytes }) => {
    const mistakes = compileWith(file, bytes).catalogue.diagnostics.length
    return { name, kind: kindOfFile({ file }), text: new TextDecoder().decode(bytes), mistakes }
  })
  return [...rare, ...tried]
}

test('the schema and the checker both take a loop over an item that is a list: its path is one word', () => {
  const rows = 'shell: [{ id: table, run: [ls], timeout: 5s, effects: [], output: { rows: [[text]] } }]\nhttp: []\n'
  const read = 'facts:\n  table: shell.table\n'
  const inner = '{ id: each, forEach: { cell: row }, read: [owner] }'
  const loop = `  - { id: see, read: [table] }\n  - { id: perRow, forEach: { row: table.rows }, steps: [${inner}] }\n`
  const { text = '' } = base.files.find(({ file }) => file === TEND) ?? {}
  const runbook = text.replace('facts:\n', () => read).replace('outcomes:', () => `${loop}\noutcomes:`)
  const files = [sourceOf(ALLOWLIST, Buffer.from(rows)), sourceOf(TEND, Buffer.from(runbook))]
  const others = base.files.filter(({ file }) => file !== ALLOWLIST && file !== TEND)
  expect(compileCatalogue({ ...base, files: [...others, ...files] }, contracts).diagnostics).toEqual([])
  expect(taken('runbook', runbook)).toBe(true)
})

describe('the checker is the truth', () => {
  const checked = checkEverything()

  test('it takes nothing that a schema refuses', () => {
    const valid = checked.filter(({ mistakes }) => mistakes === 0)
    expect(valid.map(({ name }) => name)).toEqual(
      expect.arrayContaining([...RARE.map(([, , to]) => to), 'every kind of entry']),
    )
    expect(valid.filter(({ kind, text }) => !taken(kind, text)).map(({ name }) => name)).toEqual([])
  })

  test('every table of keys for which it asks has a schema, and there is no other', () => {
    const drawn = kinds.flatMap((kind) => [...closedMaps(SCHEMAS[kind].schema)].map((map) => shapeOf(kind, map)))
    expect([...new Set(drawn)].sort()).toEqual([...asked.shapes].filter(carriedOut).sort())
    expect(drawn.length).toBeGreaterThan(30)
  })

  test('the closed sets of words are those for which it asks', () => {
    const drawn = kinds.flatMap((kind) =>
      [...wordSets(SCHEMAS[kind].schema)].map((set) => JSON.stringify([kind, ...set])),
    )
    expect([...new Set(drawn)].sort()).toEqual([...asked.words].sort())
  })
})

/** Overlays are policy files of another shape, which have no schema. */
function carriedOut(shape: string): boolean {
  return !shape.includes('"an overlay"')
}

/** The parts of a schema, itself included. */
function* partsOf(schema: Json): Generator<Schema> {
  if (Array.isArray(schema)) for (const item of schema) yield* partsOf(item as Json)
  else if (typeof schema === 'object' && schema !== null) {
    yield schema as Schema
    for (const inner of Object.values(schema)) yield* partsOf(inner)
  }
}

function* closedMaps(schema: Schema): Generator<Schema> {
  for (const part of partsOf(schema)) if (part['additionalProperties'] === false) yield part
}

function shapeOf(kind: FileKind, { title, properties, required = [] }: Schema): string {
  const needed = [...(required as string[])].sort()
  const free = Object.keys(properties as Schema).filter((key) => !needed.includes(key))
  return JSON.stringify([kind, title, needed, free.sort()])
}

/** The sets of words under a key; names that are refused stand below `not`, and a unit may be a list of any words. */
function* wordSets(schema: Schema): Generator<[string, string[]]> {
  for (const { properties = {} } of closedMaps(schema)) {
    for (const [key, value] of Object.entries(properties as Readonly<Record<string, Schema>>)) {
      for (const { enum: words } of [value, ...((value['anyOf'] ?? []) as Schema[])])
        if (Array.isArray(words) && key !== 'unit') yield [key, [...new Set(words.map(String))].sort()]
    }
  }
}

/** Every word of up to four of these characters. */
function shortWords(): string[] {
  const grown = (words: readonly string[]) => words.flatMap((word) => [...'aZ0-_. '].map((next) => word + next))
  const [one, two] = [grown(['']), grown(grown(['']))]
  return ['', ...one, ...two, ...grown(two), ...grown(grown(two))]
}

/** Numbers of all lengths that matter, whole and with a fraction, before every unit that there is or could be. */
function numbers(): string[] {
  const units = [
    '',
    ...[...'abcdefghijklmnopqrstuvwxyzSMHD%'].flatMap((unit) => [unit, `m${unit}`, ` ${unit}`, `${unit}s`]),
  ]
  const digits = Array.from({ length: 17 }, (_, length) => '1'.repeat(length))
  const fractions = [1, 4, 9, 10].map((length) => `.${'1'.repeat(length)}`)
  const written = [...digits, '0', '000', '007', '-1', '+1', ' 1', '1 ', '1e3', '.5', '5.']
  const all = [...written, ...digits.slice(0, 8).flatMap((whole) => fractions.map((part) => whole + part))]
  return all.flatMap((number) => units.map((unit) => number + unit))
}

/** Moments, and what is left of one where something was taken away or changed. */
function moments(): string[] {
  const whole = '2026-12-23T10:00:00'
  const endings = ['', 'Z', 'z', '+01:00', '-01:00', '+0100', '.5Z', '.123456789Z', '.1234567890Z', '.Z']
  const starts = [
    whole,
    whole.replace('T', ' '),
    ...[...whole].map((_character, at) => whole.slice(0, at) + whole.slice(at + 1)),
  ]
  return starts.flatMap((start) => endings.map((end) => start + end))
}

const span = { file: 'a.yaml', start: 0, end: 1 }

/** Words that the expression language keeps for itself (RB0105) are told by the checker alone. */
function isName(text: string): boolean {
  const report = new Report()
  return checkName({ text, span }, 'it', report) || report.found.every(({ code }) => code === 'RB0105')
}

describe('a word is', () => {
  const tried = [...shortWords(), ...numbers(), ...moments(), ...ROOTS, 'rollBack', 'roll-back', 'roll-Back']

  test.each<[string, Schema, (text: string) => boolean]>([
    ['an id', ID, (text) => checkId({ text, span }, 'it', new Report())],
    ['a name', NAME, isName],
    ['a duration', DURATION, (text) => durationMs(text) !== undefined],
    ['a bound', BOUND, (text) => (durationMs(text) ?? 0) > 0],
    ['a ratio', RATIO, (text) => ratioOf(text) !== undefined],
    ['a count', COUNT, (text) => literalOf(text, { kind: 'count' }) !== undefined],
    ['a time', TIME, (text) => literalOf(text, { kind: 'time', clock: 'host' }) !== undefined],
  ])('%s for the schema where it is one for the checker', (_what, schema, checks) => {
    const validate = ajv.compile(schema)
    const valid = tried.filter(checks)
    expect(valid.length).toBeGreaterThan(3)
    expect(tried.filter((text) => validate(text))).toEqual(valid)
  })
})
