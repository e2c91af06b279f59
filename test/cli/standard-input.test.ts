import { execa } from 'execa'
import { expect, test } from 'vitest'
import { CLI } from './workplace.ts'

async function evalWith(input: string, ...more: readonly string[]) {
  const args = [CLI, 'eval', 'freeze.active', '--facts', '-', ...more]
  return execa('node', args, { input, reject: false, timeout: 20_000 })
}

test.each([
  ['no JSON', '{', 'pipe JSON in'],
  ['no facts', '[]', 'write { "name": { "action": "system.reading", "value": { … } } }'],
  [
    'a fact without a value',
    '{ "freeze": { "action": "platform.promotionFreeze" } }',
    'write { "name": { "action": "system.reading", "value": { … } } }',
  ],
])('what is piped in and is %s is refused with what to pipe in', async (_what, input, hint) => {
  const { stderr, exitCode } = await evalWith(input)
  expect(stderr).toMatch(/^error\[RP0006\]: the standard input cannot be used: /)
  expect(stderr.split('\n').at(-1)).toBe(`hint: ${hint}`)
  expect(exitCode).toBe(2)
})

test('the standard input is read once: a second file of this name is refused, not taken for an empty one', async () => {
  const { stderr, exitCode } = await evalWith('[]', '--types', '-')
  expect(stderr).toBe(
    'error[RP0006]: the standard input cannot be used: it was read already\nhint: name a file for one of the two',
  )
  expect(exitCode).toBe(2)
})
