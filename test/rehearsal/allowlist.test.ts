import { describe, expect, test } from 'vitest'
import { definitionsFromAllowlist } from '../../actions/allowlist.ts'
import { contractOf } from '../../actions/contract.ts'
import { allContracts } from '../../actions/index.ts'
import { allowlistOf, compileCatalogue, sourceOf } from '../../engine/language/catalogue.ts'
import { denialsOf } from '../../engine/rehearsal/differences.ts'
import { rehearse } from '../../engine/rehearsal/rehearse.ts'
import { prepare } from '../../engine/rehearsal/trial.ts'
import { small } from './small.ts'

const ALLOWLIST = `shell:
  - id: tell
    run: [wall, "{{environment}}"]
    inputs: { environment: environment }
    timeout: 10s
    effects: [environment.tell]
http:
  - id: quiet
    get: https://status.example/{{environment}}
    inputs: { environment: environment }
    timeout: 10s
    effects: []
    output: { quiet: bool }
`
const TELL = `  - id: tell
    when: { agreed: done }
    do: shell.tell
    leaves: they were told

  - id: hold
`
const RECORDED = `  http.quiet: { value: { quiet: true } }
actions:
  shell.tell: { output: { exitCode: 0, stdout: "", stderr: "", truncated: false } }
`

/** What denies the hold of promotions, under one more check, in the scenario in which everything else lets it through. */
async function deniedWith(check: string): Promise<string[]> {
  const edits: Record<string, [from: string, to: string]> = {
    'runbooks/effects.yaml': [
      'effects:\n',
      'effects:\n  environment.tell: { protective: true, target: { environment: environment } }\n',
    ],
    'runbooks/hold-promotions.yaml': ['  - id: hold\n', TELL],
    'runbooks/recorded/hold-promotions.yaml': ['actions:\n', RECORDED],
    'runbooks/rules/hold-promotions.yaml': [
      '    checks:\n',
      `      quiet: { read: http.quiet, maxAge: 1h }\n    checks:\n${check}`,
    ],
  }
  const files = small.files.map((source) => {
    const [from, to] = edits[source.file] ?? ['', '']
    expect(source.text).toContain(from)
    return sourceOf(source.file, new TextEncoder().encode(source.text.replace(from, () => to)))
  })
  const allowlist = sourceOf('runbooks/allowlist.yaml', new TextEncoder().encode(ALLOWLIST))
  const sources = { ...small, files: [...files, allowlist] }
  const contracts = [...allContracts, ...definitionsFromAllowlist(allowlistOf(sources, allContracts)).map(contractOf)]
  const catalogue = compileCatalogue(sources, contracts)
  expect(catalogue.diagnostics.map(({ message }) => message)).toEqual([])
  const scenario = catalogue.scenarios.find(({ id }) => id === 'promotions-held')
  const prepared = scenario && prepare({ sources, contracts, catalogue }, scenario)
  if (scenario === undefined || prepared === undefined) throw new Error('there is no such scenario')
  const rehearsed = await rehearse(prepared.stage, scenario)
  const said = denialsOf(rehearsed).flatMap(({ verdicts }) => verdicts.filter(({ says }) => says !== 'true'))
  return [...new Set(said.map(({ says, predicate }) => `${says}: ${predicate}`))]
}

describe('a rehearsal denies what a run would deny', () => {
  const quiet = '      - guards: [promotion.freeze]\n        require: [quiet.quiet]\n'

  test('what an entry of the allowlist did nobody can read back: a rule that asks for it is unknown', async () => {
    const after = '      - guards: [promotion.freeze]\n        after: [environment.tell]\n'
    const both = `${after}      - guards: [claim.promotions-held]\n        require: [quiet.quiet]\n`
    expect(await deniedWith(both)).toEqual(['unknown: after environment.tell'])
  })

  test('what a request of the allowlist answers may come from a cache: a rule that rests on it is unknown', async () => {
    expect(await deniedWith(quiet)).toEqual(['unknown: quiet.quiet'])
  })
})
