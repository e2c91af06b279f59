import { expect, test, vi } from 'vitest'
import { Cleanup } from '../../engine/cli/up/cleanup.ts'

/** Steps that record themselves; those named in `fails` then throw. */
function recorded(fails: readonly string[] = []) {
  const cleanup = new Cleanup()
  const taken: string[] = []
  const after = (name: string): void =>
    cleanup.after(async () => {
      taken.push(name)
      if (fails.includes(name)) throw new Error(`${name} does not end`)
    })
  return { cleanup, taken, after }
}

test('what was put up is taken down last first, once', async () => {
  const { cleanup, taken, after } = recorded()
  for (const name of ['lock', 'temporal', 'processes']) after(name)
  await cleanup.all()
  await cleanup.all()
  expect(taken).toEqual(['processes', 'temporal', 'lock'])
})

test('a step that fails leaves nothing else standing, and is told at the end', async () => {
  const { cleanup, taken, after } = recorded(['processes'])
  for (const name of ['lock', 'temporal', 'processes']) after(name)
  await expect(cleanup.all()).rejects.toThrow(/^processes does not end$/)
  expect(taken).toEqual(['processes', 'temporal', 'lock'])
})

test('where several steps fail, each of them is told', async () => {
  const { cleanup, after } = recorded(['lock', 'processes'])
  for (const name of ['lock', 'temporal', 'processes']) after(name)
  await expect(cleanup.all()).rejects.toThrow(/^processes does not end; lock does not end$/)
})

test('what is put up after the end is taken down at once, and a failure of it is said, not thrown at nobody', async () => {
  const { cleanup, taken, after } = recorded(['late'])
  await cleanup.all()
  const written = vi.spyOn(process.stderr, 'write').mockReturnValue(true)
  after('late')
  await vi.waitFor(() => expect(written).toHaveBeenCalledWith('stopping: late does not end\n'))
  written.mockRestore()
  expect(taken).toEqual(['late'])
})
