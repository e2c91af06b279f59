import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { compileCatalogue } from '../../engine/language/catalogue.ts'
import type { Contract } from '../../schemas/contract.ts'
import type { ValueType } from '../../schemas/value-type.ts'
import { withFile } from './compile-case.ts'
import { contracts } from './contracts.ts'

const FILE = 'base/every-construct.yaml'
const every = readFileSync(new URL('testdata/whole/every-construct.yaml', import.meta.url), 'utf8')

/** What the checker says where `cause`, which takes the result of `judge`, knows these words. */
function findings(words: readonly string[], pick: string) {
  const cause: ValueType = { kind: 'enum', of: 'cause', words }
  const known = contracts.map((contract): Contract =>
    contract.name === 'platform.tell' && contract.kind === 'action'
      ? { ...contract, input: { ...contract.input, fields: { ...contract.input.fields, cause } } }
      : contract,
  )
  const text = every
    .replace('    otherwise: even\n', `      even: edges.items.all(e, e.epoch == owner.epoch)\n${pick}`)
    .replace('{ cause: other }', '{ cause: even }')
  const found = compileCatalogue(withFile(FILE, text), known).diagnostics
  return found.filter(({ span }) => span.file === FILE).map(({ code, label, help }) => ({ code, label, help }))
}

test.each(['', '    pick: first\n', '    pick: one\n'])(
  'an input that takes the result of a decision has words for `mixed` and `unknown` too, and an author is told so: %j',
  (pick) => {
    expect(findings(['behind', 'even', 'mixed', 'unknown'], pick)).toEqual([])
    expect(findings(['behind', 'even'], pick)).toEqual([
      {
        code: 'RB0205',
        label: 'a word of `judge`, and can be `mixed`, `unknown`',
        help: expect.stringContaining(
          'a decision can be `mixed` and `unknown` besides its cases, with `pick: first` too: the contract',
        ) as string,
      },
    ])
  },
)
