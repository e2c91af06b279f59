import { readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { SCHEMAS } from '../../engine/language/json-schema/index.ts'
import { addRunbook, makeWorkplace, removeWorkplace, runproof } from './workplace.ts'

let folder = ''
beforeAll(async () => {
  folder = await makeWorkplace()
})
afterAll(async () => removeWorkplace(folder))

describe('schema', () => {
  test('lists the kinds of files, with their places', async () => {
    const { stdout, exitCode } = await runproof(folder, 'schema')
    const [, ...lines] = stdout.trimEnd().split('\n')
    expect(lines.map((line) => line.split(/ {2,}/).slice(0, 2))).toEqual(
      Object.entries(SCHEMAS).map(([kind, { files }]) => [kind, files]),
    )
    expect(exitCode).toBe(0)
  })

  test('prints the file that is kept', async () => {
    const { stdout, exitCode } = await runproof(folder, 'schema', 'scenario')
    const kept = fileURLToPath(new URL('../../schemas/json/scenario.schema.json', import.meta.url))
    expect(stdout).toBe(await readFile(kept, 'utf8'))
    expect(exitCode).toBe(0)
  })

  test('names the kind that was meant', async () => {
    const { stdout, stderr, exitCode } = await runproof(folder, 'schema', 'runbok')
    expect(stdout).toBe('')
    expect(stderr).toBe('error[RP0002]: there is no kind of file `runbok`\nhint: did you mean `runbook`?\n')
    expect(exitCode).toBe(2)
  })
})

interface Sarif {
  readonly runs: readonly [{ readonly results: readonly Result[] }]
}
interface Result {
  readonly ruleId: string
  readonly locations: readonly [
    {
      readonly physicalLocation: {
        readonly artifactLocation: { readonly uri: string }
        readonly region: { readonly startLine: number }
      }
    },
  ]
}

describe('check', () => {
  test('tells in SARIF and JUnit what it tells in JSON, and ends as it ends there', async () => {
    await addRunbook(folder, 'broken')
    const forms = await Promise.all(
      ['--json', '--sarif', '--junit'].map(async (form) => runproof(folder, 'check', form)),
    )
    await rm(join(folder, 'runbooks', 'broken.yaml'))
    expect(forms.map(({ exitCode }) => exitCode)).toEqual([1, 1, 1])
    const [json = '', sarif = '', junit = ''] = forms.map(({ stdout }) => stdout)
    const known = (JSON.parse(json) as { code: string; line: number }[]).map(({ code, line }) => `${code}:${line}`)
    expect(known).toEqual(['RB0212:4', 'RB0113:12'])
    const results = (JSON.parse(sarif) as Sarif).runs[0].results
    expect(
      results.map(({ ruleId, locations: [{ physicalLocation: at }] }) => `${ruleId}:${at.region.startLine}`),
    ).toEqual(known)
    expect(
      [...junit.matchAll(/name="(RB\d+) at (\d+):/g)].map(([, code, line]) => `${code ?? ''}:${line ?? ''}`),
    ).toEqual(known)
  })

  test('names files in SARIF from the working folder: those of the catalogue, and overlays', async () => {
    await addRunbook(folder, 'broken')
    const overlay = join(folder, 'quick.yaml')
    const text = await readFile(overlay, 'utf8')
    await writeFile(overlay, 'values: { unknownFro: { is: 1s, source: a slip } }\n')
    const { stdout } = await runproof(folder, 'check', '--sarif')
    await writeFile(overlay, text)
    await rm(join(folder, 'runbooks', 'broken.yaml'))
    const { results } = (JSON.parse(stdout) as Sarif).runs[0]
    const uris = results.map(({ locations: [{ physicalLocation: at }] }) => at.artifactLocation.uri)
    expect([...new Set(uris)].sort()).toEqual(['quick.yaml', 'runbooks/broken.yaml'])
  })

  test('reports files without a mistake as passed, and only those that were asked for', async () => {
    const { stdout, exitCode } = await runproof(folder, 'check', '--junit', 'runbooks/ask-first.yaml')
    expect(stdout.match(/<testsuite [^>]*>/g)).toEqual([
      '<testsuite name="runbooks/ask-first.yaml" tests="1" failures="0">',
    ])
    expect(exitCode).toBe(0)
  })

  test('prints in one form at a time', async () => {
    const { stderr, exitCode } = await runproof(folder, 'check', '--sarif', '--json')
    expect(stderr).toContain('error[RP0002]: option `--json` cannot be used with option `--sarif`')
    expect(exitCode).toBe(2)
  })
})
