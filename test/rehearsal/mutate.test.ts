import { describe, expect, test } from 'vitest'
import { mutate } from '../../engine/rehearsal/mutate.ts'
import { prepare } from '../../engine/rehearsal/trial.ts'
import { smallWith } from './small.ts'

const RULES = 'rules/hold-promotions.yaml'
const DENIED = 'scenarios/promotion-starts-before-hold.yaml'

/** Mutants of these rules that no scenario of the small catalogue notices. */
async function unnoticed(changes: Parameters<typeof smallWith>[0]): Promise<string[]> {
  const material = smallWith(changes)
  expect(material.catalogue.diagnostics).toEqual([])
  const prepared = material.catalogue.scenarios.flatMap((scenario) => prepare(material, scenario) ?? [])
  const { survivors, tried } = await mutate(prepared, material.catalogue.rules)
  expect(tried).toBeGreaterThan(3)
  return survivors.map(({ of, change }) => `${of}: ${change}`)
}

describe('G23: mutation', () => {
  test('finds no rule of a new catalogue that could be weaker unnoticed', async () => {
    expect((await unnoticed([])).filter((line) => line.startsWith('rule'))).toEqual([])
  })

  test('finds the predicate that no scenario needs', async () => {
    const found = await unnoticed([
      [RULES, '- freeze.inFlight == 0', '- freeze.inFlight == 0\n          - freeze.active == false'],
    ])
    expect(found.filter((line) => line.startsWith('rule'))).toEqual(['rule: dropped: freeze.active == false'])
  })

  test('finds a rule that no scenario meets in the act', async () => {
    const scenario = [
      [DENIED, 'value: { inFlight: 1 }', 'value: { inFlight: 0 }'],
      [DENIED, 'outcome: blocked', 'outcome: held'],
      [DENIED, 'hold: denied', 'hold: done'],
      [DENIED, '  deniedBy: no-freeze-over-a-promotion\n  never: [promotion.freeze]\n', ''],
      [DENIED, 'twin:\n  without: no-freeze-over-a-promotion\n  harm: [promotion.freeze]\n', ''],
    ] as const
    expect((await unnoticed(scenario)).filter((line) => line.startsWith('rule'))).toEqual(['rule: the rule is gone'])
  })

  test('tells what nobody notices of a runbook', async () => {
    expect(await unnoticed([])).toContain('runbook: `hold` without its `expect`')
  })
})
