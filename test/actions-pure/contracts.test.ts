import { expect, test } from 'vitest'
import { allContracts, contracts, declaredContracts } from '../../actions/index.ts'
import { id, text } from '../../schemas/types.ts'
import { z } from 'zod'
import { declareAction, declareReading } from '../../actions/contracts/declare.ts'

test('declared contracts are sorted by name, and none is of something that can be carried out', () => {
  const names = declaredContracts.map(({ name }) => name)
  expect(names).toEqual([...new Set(names)].sort())
  const carriedOut = new Set(contracts.map(({ name }) => name))
  expect(names.filter((name) => carriedOut.has(name))).toEqual([])
  expect(allContracts).toHaveLength(contracts.length + declaredContracts.length)
})

test('G7: every premise names a reading and one of its fields, of the type of the input', () => {
  const byName = new Map(allContracts.map((contract) => [contract.name, contract]))
  const premises = declaredContracts.flatMap((contract) =>
    contract.kind === 'action' && contract.premise ? [{ input: contract.input, premise: contract.premise }] : [],
  )
  expect(premises.length).toBeGreaterThan(10)
  for (const { input, premise } of premises) {
    const field = byName.get(premise.reading)?.output.fields[premise.field]
    expect({ premise, type: field }).toEqual({ premise, type: input.fields[premise.input] })
    const asked = Object.keys(byName.get(premise.reading)?.input.fields ?? {})
    expect({ premise, missing: asked.filter((name) => input.fields[name] === undefined) }).toEqual({
      premise,
      missing: [],
    })
  }
})

test('G12: an empty list and a list that is not whole are never confused with none: every list has items of a named type', () => {
  const lists = declaredContracts.flatMap(({ name, output }) =>
    Object.entries(output.fields).flatMap(([field, type]) =>
      type.kind === 'list' ? [[`${name}.${field}`, type.item.kind]] : [],
    ),
  )
  expect(lists.length).toBeGreaterThan(20)
  expect(lists.filter(([, item]) => item !== 'object')).toEqual([])
})

test('a declaration with a field of no type of the language does not load', () => {
  const input = z.strictObject({ app: id('app') })
  const reading = { name: 'test.reading', summary: 'a reading', input }
  expect(() => declareReading({ ...reading, output: z.strictObject({ note: z.string() }) })).toThrow(
    'the output of `test.reading`: `note` has no type of the language',
  )
  const action = { name: 'test.act', summary: 'an act', input, output: z.strictObject({ note: text() }) }
  const declared = declareAction({ ...action, effects: { 'app.restart': { app: 'app', gently: { literal: false } } } })
  expect(declared.effects).toEqual({ 'app.restart': { app: 'app', gently: { literal: false } } })
})
