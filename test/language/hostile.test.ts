import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { compileCatalogue, sourceOf } from '../../engine/language/catalogue.ts'
import { base, compileWith } from './compile-case.ts'
import { contracts } from './contracts.ts'

/** The codes that a hostile file ends in. */
function codesOf(text: string | Uint8Array): string[] {
  return compileWith('base/hostile.yaml', text).catalogue.diagnostics.map(({ code }) => code)
}

test('no text makes the checker throw', () => {
  const pieces = fc.constantFrom(
    'runbook: ',
    'steps:\n',
    '  - id: x\n',
    '{{',
    '}}',
    '&a ',
    '*a',
    '!!str ',
    '- ',
    ': ',
    '#',
    '"',
    "'",
    '\t',
    '[',
    ']',
    '{',
    '}',
    '|\n',
    '>-\n',
    '? ',
    '\u0000',
    '\ud800',
    '---\n',
    '%YAML 1.1\n',
    'decide: ',
    'facts: ',
    'inputs: ',
  )
  const text = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 200 }),
    fc.array(fc.oneof(pieces, fc.string({ maxLength: 8 })), { maxLength: 60 }).map((parts) => parts.join('')),
  )
  fc.assert(
    fc.property(text, (hostile) => {
      expect(codesOf(hostile).length).toBeGreaterThan(0)
    }),
    { numRuns: 120 },
  )
})

test('no bytes make the checker throw', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
      expect(codesOf(bytes).length).toBeGreaterThan(0)
    }),
    { numRuns: 60 },
  )
})

const hostile: [string, string, string[]][] = [
  ['10 MB of text', `title: ${'x'.repeat(10 * 1024 * 1024)}`, ['RB0009']],
  [
    'a bomb of aliases',
    `a: &a [x,x]\n${[...'bcdefgh']
      .map(
        (name, at) =>
          `${name}: &${name} [${Array(9)
            .fill(`*${'abcdefg'[at] ?? 'a'}`)
            .join(',')}]`,
      )
      .join('\n')}\n`,
    ['RB0003'],
  ],
  ['a merge key', 'a: &a { b: c }\nd: { <<: *a }\n', ['RB0003']],
  ['brackets without end', '['.repeat(100_000), ['RB0009']],
  ['brackets that close', `a: ${'['.repeat(50_000)}${']'.repeat(50_000)}`, ['RB0009']],
  ['blocks without end', '- '.repeat(100_000), ['RB0009']],
  ['steps of indentation', Array.from({ length: 500 }, (_, depth) => `${' '.repeat(depth)}a:`).join('\n'), ['RB0009']],
  ['complex keys without end', '? '.repeat(50_000), ['RB0009']],
  ['many keys', Array.from({ length: 4_000 }, (_, at) => `k${at}: 1`).join('\n'), ['RB0101']],
  ['one key many times', 'a: 1\n'.repeat(20_000), ['RB0002']],
  ['many documents', '---\na\n'.repeat(10_000), ['RB0011']],
  ['many tabs', 'a:\n\tb\n'.repeat(5_000), ['RB0008']],
  ['a comment without end', '#'.repeat(200_000), ['RB0011']],
  ['quotes that do not close', `a: "${'\\"'.repeat(50_000)}`, ['RB0001']],
]

const every = readFileSync(new URL('testdata/whole/every-construct.yaml', import.meta.url), 'utf8').split('\n')
const words = [...new Set(every.join(' ').split(/[\s,{}[\]]+/)), '{}', '[]', '""', 'null', '[{ a: b }]', '{ a: [] }']

/** A line that somebody's hand has slipped on. */
const slip = fc.record({
  line: fc.nat(every.length - 1),
  how: fc.constantFrom('drop', 'twice', 'word', 'indent'),
  word: fc.constantFrom(...words),
})

test('no damage to a runbook with every construct makes the checker throw, and what it takes has a Plan', () => {
  fc.assert(
    fc.property(fc.array(slip, { minLength: 1, maxLength: 4 }), (slips) => {
      const lines = [...every]
      for (const { line, how, word } of slips) {
        const text = lines[line] ?? ''
        if (how === 'drop') lines[line] = ''
        if (how === 'twice') lines[line] = `${text}\n${text}`
        if (how === 'word') lines[line] = text.replace(/(?<=[:[{] ?)[^\s,{}[\]]+/, () => word)
        if (how === 'indent') lines[line] = `  ${text}`
      }
      const { catalogue } = compileWith('base/every-construct.yaml', lines.join('\n'))
      const sound = catalogue.diagnostics.length === 0
      expect(catalogue.runbooks['every-construct'] !== undefined).toBe(sound)
    }),
    { numRuns: 150 },
  )
}, 60_000)

function runbook(id: string, steps: string): string {
  return `runbook: ${id}
title: Hostile
source: ours
owner: on-call
goal: service
inputs: { environment: environment, app: app }
coalesce: [app]
doNot: []
facts: { owner: platform.routeOwner }
steps:
${steps}
outcomes: { over: { as: deferred } }
`
}

const look = '  - id: look\n    read: [owner]\n'
const hostileRunbooks: [string, Record<string, string>, string][] = [
  [
    'ten thousand steps',
    {
      many: runbook(
        'many',
        look + Array.from({ length: 9_000 }, (_, at) => `  - { id: s${at}, read: [owner] }`).join('\n'),
      ),
    },
    'RB0009',
  ],
  [
    'five hundred steps that each ask for all before',
    {
      many: runbook(
        'many',
        `${look}${Array.from({ length: 480 }, (_, at) => `  - { id: s${at}, read: [owner], when: { ${at === 0 ? 'look' : `s${at - 1}`}: [done, skipped] } }`).join('\n')}`,
      ),
    },
    'RB0211',
  ],
  [
    'a chain of a thousand calls',
    Object.fromEntries(
      Array.from({ length: 1_000 }, (_, at) => [
        `r${at}`,
        runbook(`r${at}`, `${look}  - { id: next, call: r${at + 1} }`),
      ]),
    ),
    'RB0236',
  ],
  [
    'calls that double at every turn',
    Object.fromEntries(
      Array.from({ length: 24 }, (_, at) => [
        `r${at}`,
        runbook(`r${at}`, at >= 22 ? look : `${look}  - { id: a, call: r${at + 1} }\n  - { id: b, call: r${at + 2} }`),
      ]),
    ),
    'RB0236',
  ],
]

test.each(hostileRunbooks)(
  '%s end in a diagnostic, in bounded time',
  (_name, texts, code) => {
    const began = performance.now()
    const files = Object.entries(texts).map(([id, text]) => sourceOf(`base/${id}.yaml`, Buffer.from(text)))
    const { diagnostics } = compileCatalogue({ ...base, files: [...base.files, ...files] }, contracts)
    expect(diagnostics.map((found) => found.code)).toContain(code)
    expect(performance.now() - began).toBeLessThan(20_000)
  },
  60_000,
)

test.each(hostile)('%s ends in a diagnostic, in bounded time', (_name, text, codes) => {
  const began = performance.now()
  expect(codesOf(text)).toEqual(expect.arrayContaining(codes))
  expect(performance.now() - began).toBeLessThan(5_000)
})

test('bytes that are not UTF-8 end in a diagnostic', () => {
  expect(codesOf(Uint8Array.from([0x72, 0xff, 0xfe, 0x3a]))).toEqual(['RB0010'])
})

test.each([`a: "x\\"`, `a: 'x''`, `a: "x`, `a: 'x`])('`%s` is a text that does not end', (text) => {
  expect(codesOf(text)).toEqual(['RB0001'])
})

test('names of the prototype are names like others', () => {
  for (const name of ['__proto__', 'constructor', 'toString', 'hasOwnProperty']) {
    expect(codesOf(`runbook: hostile\n${name}: x\nsteps: []\n`)).toContain('RB0101')
  }
})

test.each(['no', 'on', 'yes', '0755', '1e3', '1.10', '0x1F', '~'])(
  'the scalar `%s` stays what was written',
  (scalar) => {
    expect(codesOf(`runbook: ${scalar}\n`)).toContain(/^[a-z]+$/.test(scalar) ? 'RB0108' : 'RB0104')
  },
)
