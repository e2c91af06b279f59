import { readFileSync, writeFileSync } from 'node:fs'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { contractDigest, contractOf } from '../../actions/contract.ts'
import { defineReading, type AnyDefinition } from '../../actions/define.ts'
import { contracts, definitions } from '../../actions/index.ts'
import { ContractViolation, parseInput, parseOutput } from '../../actions/validate.ts'
import { count, digest, id, oneOf, ratio, secretRef, text, time } from '../../schemas/types.ts'

const golden = new URL('testdata/contracts.golden', import.meta.url)

test('the contracts of all actions are the ones that were reviewed', () => {
  const lines = contracts
    .map((contract) => `${contractDigest(contract)} ${JSON.stringify(contract, null, 2)}\n`)
    .join('')
  if (process.env['UPDATE'] === '1') writeFileSync(golden, lines)
  expect(lines).toBe(readFileSync(golden, 'utf8'))
})

test('the list of definitions is sorted by name, without doubles', () => {
  const names = definitions.map(({ name }) => name)
  expect(names).toEqual([...new Set(names)].sort())
  expect(contracts.map(({ name }) => name)).toEqual(names)
})

test('every premise names a reading and one of its fields, of the type of the input', () => {
  const byName = new Map(contracts.map((contract) => [contract.name, contract]))
  const premises = contracts.flatMap((contract) => (contract.kind === 'action' && contract.premise ? [contract] : []))
  expect(premises.length).toBeGreaterThan(0)
  for (const { input, premise } of premises) {
    const field = byName.get(premise?.reading ?? '')?.output.fields[premise?.field ?? '']
    expect(field).toEqual(input.fields[premise?.input ?? ''])
  }
})

test('every type of the language survives the way through JSON Schema', () => {
  const output = z.strictObject({
    found: digest().optional(),
    ratio: ratio(),
    at: time('controlPlane'),
    secret: secretRef(),
    items: z.array(z.strictObject({ edge: id('edge'), state: oneOf('binding-state', ['ready', 'missing']) })),
  })
  expect(contractOf(reading(output)).output).toEqual({
    kind: 'object',
    fields: {
      found: { kind: 'optional', inner: { kind: 'digest' } },
      ratio: { kind: 'ratio' },
      at: { kind: 'time', clock: 'controlPlane' },
      secret: { kind: 'secretRef' },
      items: {
        kind: 'list',
        item: {
          kind: 'object',
          fields: {
            edge: { kind: 'id', of: 'edge' },
            state: { kind: 'enum', of: 'binding-state', words: ['ready', 'missing'] },
          },
        },
      },
    },
  })
})

test.each([
  ['a bare string', z.strictObject({ items: z.array(z.strictObject({ note: z.string() })) }), '`items.[].note`'],
  ['null', z.strictObject({ note: text().nullable() }), '`note`'],
  ['a record', z.strictObject({ labels: z.record(z.string(), text()) }), '`labels`'],
  ['anything', z.strictObject({ note: z.unknown() }), '`note`'],
  ['a date', z.strictObject({ at: z.date() }), '`at`'],
])('a definition whose output has %s does not load', (_what, output, where) => {
  expect(() => reading(output)).toThrow(`the output of \`test.reading\`: ${where} has no type of the language`)
})

test('the digest depends on what the contract says, not on the order in which it says it', () => {
  fc.assert(
    fc.property(fc.constantFrom(...contracts), (contract) => {
      const { name, ...rest } = contract
      expect(contractDigest({ ...rest, name })).toBe(contractDigest(contract))
      expect(contractDigest({ ...rest, name: `${name}x` })).not.toBe(contractDigest(contract))
    }),
  )
})

test('G14: a value that is not of its type is refused, and the message names fields, never values', () => {
  const definition = reading(
    z.strictObject({ items: z.array(z.strictObject({ found: digest(), share: ratio() })), n: count() }),
  )
  const wrong = { items: [{ found: 'hunter2', share: Number.NaN, extra: 1 }], hunter3: 1 }
  expect(() => parseOutput(definition, wrong)).toThrow(ContractViolation)
  expect(() => parseOutput(definition, wrong)).toThrow(
    'output of `test.reading`: `items[0].found`: expected sha256:<64 hex>; `items[0].share`: expected number, received NaN; ' +
      '`items[0]` has no field `extra`; `n` is required; it has no field `hunter3`',
  )
  expect(() => parseOutput(definition, wrong)).not.toThrow('hunter2')
  expect(() => parseInput(definition, { what: 'no input is known' })).toThrow(
    'input of `test.reading`: it has no field `what`',
  )
})

function reading(output: z.ZodObject): AnyDefinition {
  return defineReading({
    name: 'test.reading',
    summary: 'a reading',
    authority: 'derived',
    input: z.strictObject({}),
    output,
    timeoutMs: 1000,
    read: async () => ({ value: {}, roundTrip: false, source: 'nowhere' }),
  })
}
