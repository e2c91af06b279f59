import { join } from 'node:path'
import { execa } from 'execa'
import { describe, expect, test } from 'vitest'

/** A call into the workflow's context that takes longer than the SDK would let it. */
const SLOW = bundleThat('const until = Date.now() + 1_000; while (Date.now() < until);')

const ASKED_FOR_STACKS = bundleThat('throw new Error(`stacks: ${options.stackTracesEnabled}`)')

const HANGS = 'for (;;);'

describe('the thread of workflows', () => {
  test('keeps no stack of any promise', async () => {
    expect(await saidBy(ASKED_FOR_STACKS)).toBe('stacks: true')
    expect(await saidBy(ASKED_FOR_STACKS, '--tuned')).toBe('stacks: false')
  })

  test('has no limit for a single call, which would cost a thread for each', async () => {
    expect(await saidBy(SLOW)).toBe('Script execution timed out after 300ms')
    expect(await saidBy(SLOW, '--tuned')).toBe('made')
  })

  test('is told to hang where it never comes back from a call', { timeout: 60_000 }, async () => {
    expect(await saidBy(HANGS, '--tuned')).toBe('it hangs')
  })
})

/** What the SDK calls in a bundle to make a workflow. */
function bundleThat(does: string): string {
  const made = 'globalThis.__TEMPORAL_ACTIVATOR__ = {}'
  return `globalThis.__TEMPORAL__ = { api: { initRuntime(options) { ${does}; ${made} } } }`
}

async function saidBy(code: string, ...tuned: readonly string[]): Promise<string> {
  const program = join(import.meta.dirname, 'programs/workflow-threads.ts')
  return (await execa(process.execPath, [program, code, ...tuned])).stdout
}
