import { globSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parseDocument, stringify } from 'yaml'
import { formatYaml } from '../../engine/language/format.ts'
import { compileWith } from './compile-case.ts'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const files = [
  ...globSync('runbooks/**/*.yaml', { cwd: ROOT }),
  ...globSync('test/language/**/*.yaml', { cwd: ROOT }),
].sort()
const textOf = (file: string) => readFileSync(`${ROOT}${file}`, 'utf8')
const dataOf = (text: string): unknown => parseDocument(text, { schema: 'failsafe' }).toJS()
const commentsOf = (text: string) => (text.match(/(?<=^|\s)#.*$/gm) ?? []).map((comment) => comment.trimEnd())

describe('a file that was formatted', () => {
  test.each(files)('%s says the same, with every comment, and is not formatted further', (file) => {
    const text = textOf(file)
    const formatted = formatYaml(text)
    expect(formatYaml(formatted)).toBe(formatted)
    expect(commentsOf(formatted)).toEqual(commentsOf(text))
    if (parseDocument(text).errors.length === 0) expect(dataOf(formatted)).toEqual(dataOf(text))
  })

  test('is written in one way', () => {
    const text = [
      '# who',
      'runbook:   a   # its id',
      'inputs: {environment: environment,app: app}',
      '',
      '',
      '',
      'steps:',
      '- id:   look',
      '  read: [  owner,edges ]',
      '  # why',
      '  within: 1.10',
      '- id: "quoted"',
    ].join('\n')
    expect(formatYaml(text)).toBe(
      [
        '# who',
        'runbook: a # its id',
        'inputs: { environment: environment, app: app }',
        '',
        'steps:',
        '  - id: look',
        '    read: [owner, edges]',
        '    # why',
        '    within: 1.10',
        '  - id: "quoted"',
        '',
      ].join('\n'),
    )
  })

  test('keeps the lines of a folded and of a literal text', () => {
    const text = [
      'a:   >-',
      '     one',
      '     two',
      '',
      '     three',
      'b: |',
      '   four',
      '     five',
      'c: > # why',
      '   six',
      '   seven',
      '',
    ].join('\n')
    expect(formatYaml(text).split('\n').slice(0, 8)).toEqual([
      'a: >-',
      '  one',
      '  two',
      '',
      '  three',
      'b: |',
      '  four',
      '    five',
    ])
    expect(dataOf(formatYaml(text))).toEqual(dataOf(text))
  })

  test('compiles to the Plan that it compiled to before, but for places and the digest of the file', () => {
    const text = textOf('test/language/testdata/whole/every-construct.yaml')
    const planOf = (source: string) => {
      const plan = compileWith('base/every-construct.yaml', source).catalogue.runbooks['every-construct']?.plan
      return JSON.parse(
        JSON.stringify(plan, (key, value: unknown) =>
          ['place', 'digest', 'catalogueDigest'].includes(key) ? 0 : value,
        ),
      ) as unknown
    }
    expect(formatYaml(text)).not.toBe('')
    expect(planOf(formatYaml(text))).toEqual(planOf(text))
  })
})

test.each([
  ['brackets that do not match', 'a: [b'],
  ['a key twice', 'a: b\na: c'],
  ['two documents', 'a: b\n---\nc: d'],
  ['a tag', 'a: !b c'],
  ['nothing', ''],
  ['brackets without end', '['.repeat(5000)],
])('%s is left as it is', (_what, text) => {
  expect(formatYaml(text)).toBe(text)
})

const scalar = fc.oneof(
  fc.constantFrom(
    '1.10',
    '0755',
    'no',
    'on',
    '~',
    'null',
    "it's",
    'a: b',
    '# c',
    ' x ',
    '',
    '{{a.b}}',
    'x\ny',
    '- z',
    '"',
  ),
  fc.string({ maxLength: 12 }),
)
const data = fc.letrec((tie) => ({
  node: fc.oneof({ maxDepth: 3 }, scalar, fc.array(tie('node'), { maxLength: 3 }), tie('map')),
  map: fc.dictionary(fc.stringMatching(/^[a-z]{1,6}$/), tie('node'), { maxKeys: 4 }),
}))

test('whatever is written keeps its meaning, and formatting twice is formatting once', () => {
  fc.assert(
    fc.property(data.map, fc.boolean(), fc.nat(8), (value, flow, comment) => {
      const written = stringify(value, { ...(flow ? { collectionStyle: 'flow' } : {}), lineWidth: 40 })
      const text = written.replace(/\n/, `${' '.repeat(comment % 4)}${comment > 4 ? ' # why' : ''}\n`)
      const formatted = formatYaml(text)
      expect(formatYaml(formatted)).toBe(formatted)
      expect(dataOf(formatted)).toEqual(dataOf(text))
    }),
    { numRuns: 500 },
  )
})

describe('a comment', () => {
  test('below a text stays below it: behind it, it would be taken for a part that is cut off', () => {
    const text = '- approve: Go on?\n    # nobody may decide this alone\n  who: lead\n'
    expect(formatYaml(text)).toBe(text)
    expect(formatYaml('a: x\n      # at the end\n')).toBe('a: x\n  # at the end\n')
    expect(formatYaml('a: {x: 1}   # beside\nb:  2\n')).toBe('a: { x: 1 } # beside\nb: 2\n')
  })

  test('has one blank line at most around it', () => {
    expect(formatYaml('a: # b\n\n\n\n  # c\n\n\n\n  - d\n\n\n\n# e\n\n\n\nf: 1\n')).toBe(
      'a:\n  # b\n\n  # c\n\n  - d\n\n# e\n\nf: 1\n',
    )
  })
})
