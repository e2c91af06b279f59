import { readFile } from 'node:fs/promises'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { LanguageServer } from './language-server.ts'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const uriOf = (name: string) => pathToFileURL(`${ROOT}runbooks/${name}`).href
const server = new LanguageServer()

/** A file that says which schema it has, by the path from where it lies. */
const MODELINE = '# yaml-language-server: $schema=../schemas/json/runbook.schema.json\n'

beforeAll(async () => server.start(pathToFileURL(ROOT).href), 30_000)
afterAll(async () => server.stop(), 30_000)

describe('with its modeline, an editor', { timeout: 30_000 }, () => {
  test('finds nothing wrong in what the checker takes', async () => {
    const text = await readFile(`${ROOT}test/language/testdata/whole/every-construct.yaml`, 'utf8')
    expect(await server.findings(uriOf('every-construct.yaml'), `${MODELINE}${text}`)).toEqual([])
  })

  test('reports a wrong key, also in a step of a block', async () => {
    const text = `${MODELINE}runbook: a\ntitel: b\n`
    const found = await server.findings(uriOf('a.yaml'), text)
    expect(found.map(({ message, range }) => [range.start.line, message])).toContainEqual([
      2,
      'Property titel is not allowed.',
    ])
    const nested = `${MODELINE}steps:\n  - id: each\n    steps:\n      - id: look\n        read: [owner]\n        wihtin: 5m\n`
    const inner = await server.findings(uriOf('b.yaml'), nested)
    expect(inner.map(({ message, range }) => [range.start.line, message])).toContainEqual([
      6,
      'Property wihtin is not allowed.',
    ])
  })

  test('completes a key of the runbook, and one of a step', async () => {
    const uri = uriOf('c.yaml')
    await server.findings(uri, `${MODELINE}runbook: c\n\nsteps:\n  - id: look\n    \n`)
    expect(await server.completions(uri, { line: 2, character: 0 })).toEqual(
      expect.arrayContaining(['title', 'topology', 'sections', 'outputs']),
    )
    expect(await server.completions(uri, { line: 5, character: 4 })).toEqual(
      expect.arrayContaining(['read', 'decide', 'do', 'hold', 'ask', 'call', 'forEach', 'steps']),
    )
  })
})
