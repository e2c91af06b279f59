import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { compileCatalogue, sourceOf } from '../../engine/language/catalogue.ts'
import { base, compileWith, withFile } from './compile-case.ts'
import { contracts } from './contracts.ts'

const every = readFileSync(new URL('testdata/whole/every-construct.yaml', import.meta.url), 'utf8')
const FILE = 'base/every-construct.yaml'

const many = (count: number, each: (at: number) => string) =>
  Array.from({ length: count }, (_, at) => each(at)).join('')

function runbook(steps: string, more: { facts?: string; outcomes?: string } = {}): string {
  return `runbook: every-construct
title: t
source: ours
owner: on-call
goal: service
inputs: { environment: environment, app: app }
coalesce: [app]
doNot: []
facts:
  owner: platform.routeOwner
  previous: platform.previousOwner
${more.facts ?? ''}steps:
  - id: look
    read: [owner, previous]
${steps}outcomes:
${more.outcomes ?? ''}  unclear: { as: escalated, tell: [on-call] }
`
}

const decides = (count: number) =>
  many(count, (at) => `  - id: d${at}\n    decide: { a: owner.epoch == previous.epoch }\n    otherwise: b\n`)
const asking = (count: number) =>
  `${decides(count)}  - id: z\n    when: { ${many(count, (at) => `d${at}: a, `).slice(0, -2)} }\n    read: [owner]\n`
const judged = (predicate: string) => runbook(`  - id: d\n    decide:\n      a: "${predicate}"\n    otherwise: b\n`)
const rules = (count: number, check: string) =>
  `rules:\n${many(count, (at) => `  - { id: r${at}, text: t, source: s, overridable: never, next: n, checks: [${check}] }\n`)}`

/** Names of nothing, each of them twice: a near miss of what is declared would be looked for among them. */
const nothing = (count: number, each: (name: string) => string) =>
  many(count, (at) => each(`q${(at % (count / 2)).toString(36)}`))
const unread = many(3000, (at) => `  f${at}: platform.hosts\n`)
const unknown = runbook(`  - { id: r, read: [${nothing(22_000, (name) => `${name},`)}owner] }\n`, { facts: unread })
const strange = `rules:
  - id: r
    text: t
    source: s
    facts:\n${unread.replaceAll('  f', '      f')}    checks:
      - guards: [route.rollback]
        require:\n${nothing(5000, (name) => `          - ${name}.b\n`)}    overridable: never
    next: n
`

/** What a file ends in that somebody made to stop the checker. */
const HOSTILE: [what: string, text: string, codes: string[], given?: string][] = [
  ['a title of 10 MB', every.replace('title: ', `title: ${'x'.repeat(10 << 20)}`), ['RB0009']],
  ['498 decisions that go on with anything', runbook(decides(498)), ['RB0407']],
  ['400 decisions for all of which the last step asks', runbook(asking(400)), ['RB0407']],
  ['more steps than anybody follows', runbook(decides(600)), ['RB0009']],
  [
    '20,000 cases',
    runbook(`  - id: d\n    decide:\n${many(20_000, (at) => `      c${at}: owner.epoch == owner.epoch\n`)}`),
    ['RB0009'],
  ],
  ['20,000 outcomes', runbook('', { outcomes: many(20_000, (at) => `  o${at}: { as: escalated }\n`) }), ['RB0009']],
  [
    'one fact read 100,000 times',
    runbook(`  - id: d\n    read: [${many(100_000, () => 'owner, ')}owner]\n`),
    ['RB0009'],
  ],
  ['a chain of joined conditions', judged(`${many(5000, () => 'owner.epoch == owner.epoch && ')}true`), ['RB0302']],
  ['10,000 brackets', judged(`${'('.repeat(10_000)}owner.epoch == owner.epoch${')'.repeat(10_000)}`), ['RB0302']],
  ['10,000 negations', judged(`${'!'.repeat(10_000)}(owner.epoch == owner.epoch)`), ['RB0302']],
  ['5,000 choices', judged(`${'true ? true : '.repeat(5000)}true`), ['RB0302']],
  ['a path of 50,000 fields', judged(`owner${'.a'.repeat(50_000)}`), ['RB0302']],
  ['50,000 times in a cron line', every.replace('"0 6 * * 2"', `"${many(50_000, () => '0,')}0 6 * * 2"`), []],
  ['braces that only open', every.replace('{{previous.digest}}?', '{{'.repeat(100_000)), ['RB0009']],
  ['3,000 facts that nobody reads, and 22,000 names of nothing', unknown, ['RB0218', 'RB0209']],
  ['3,000 facts that no check uses, and 5,000 names of nothing', runbook(''), ['RB0304'], strange],
  ['3,000 rules', every, ['RB0009'], rules(3000, '{ guards: [route.rollback], after: [platform.routeOwner] }')],
]

describe('a hostile file ends in a diagnostic, within bounded time and memory', { timeout: 60_000 }, () => {
  test.each(HOSTILE)('%s', (_what, text, codes, given) => {
    const before = process.memoryUsage().rss
    const began = performance.now()
    const { catalogue } = compileWith(FILE, text, given === undefined ? undefined : new TextEncoder().encode(given))
    expect([...new Set(catalogue.diagnostics.map(({ code }) => code))]).toEqual(codes)
    expect(performance.now() - began).toBeLessThan(20_000)
    expect(process.memoryUsage().rss - before).toBeLessThan(600e6)
  })

  test('3,000 policy values that nothing uses, and 10,000 names of nothing', () => {
    const policy = base.files.find(({ file }) => file.endsWith('policy.yaml'))?.text ?? ''
    const values = many(3000, (at) => `  v${at}: { is: 1m, source: us }\n`)
    const given = withFile('base/policy.yaml', policy.replace('values:\n', `values:\n${values}`))
    const said = nothing(10_000, (name) => `{{policy.${name}}}`)
    const sections = `sections: { meaning: "${said}" }\nfacts:`
    const file = sourceOf(FILE, new TextEncoder().encode(runbook('').replace('facts:', sections)))
    const began = performance.now()
    const { diagnostics } = compileCatalogue({ ...given, files: [...given.files, file] }, contracts)
    expect([...new Set(diagnostics.map(({ code }) => code))].sort()).toEqual(['RB0219', 'RB0305'])
    expect(performance.now() - began).toBeLessThan(20_000)
  })

  test('a chain of 3,000 effects', () => {
    const effects = base.files.find(({ file }) => file.endsWith('effects.yaml'))?.text ?? ''
    const chain = many(3000, (at) => `  e${at + 1}: { under: e${at} }\n`)
    const { catalogue } = compileWith(
      'base/effects.yaml',
      effects.replace('effects:\n', `effects:\n  e0: {}\n${chain}`),
    )
    expect(catalogue.diagnostics.map(({ code }) => code)).toEqual(['RB0009'])
  })

  test('500 effects, each above the next, with rules on the first, are checked', () => {
    const effects = base.files.find(({ file }) => file.endsWith('effects.yaml'))?.text ?? ''
    const chain = many(400, (at) => `  e${at + 1}: { under: e${at} }\n`)
    const began = performance.now()
    compileWith('base/effects.yaml', effects.replace('effects:\n', `effects:\n  e0: {}\n${chain}`))
    expect(performance.now() - began).toBeLessThan(20_000)
  })
})
