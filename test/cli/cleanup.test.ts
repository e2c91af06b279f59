import { expect, test, vi } from 'vitest'
import { Child } from '../../engine/cli/up/child.ts'
import { Cleanup } from '../../engine/cli/up/cleanup.ts'
import { Processes } from '../../engine/cli/up/installation.ts'
import type { TemporalInUse } from '../../engine/cli/up/temporal-server.ts'
import type { StateFolder } from '../../engine/host/state-folder.ts'

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

test('where the work fails and taking down too, the work’s error is the one that is thrown, and the other is said', async () => {
  const { cleanup, taken, after } = recorded(['processes'])
  for (const name of ['lock', 'processes']) after(name)
  const written = vi.spyOn(process.stderr, 'write').mockReturnValue(true)
  const failing = cleanup.afterwards(
    async () => Promise.reject(new Error('the worker did not start')),
    () => taken.push('over'),
  )
  await expect(failing).rejects.toThrow(/^the worker did not start$/)
  expect(written).toHaveBeenCalledWith('stopping: processes does not end\n')
  written.mockRestore()
  expect(taken).toEqual(['over', 'processes', 'lock'])
})

test('where only taking down fails, that is thrown', async () => {
  const { cleanup, after } = recorded(['lock'])
  after('lock')
  await expect(cleanup.afterwards(async () => Promise.resolve('done'))).rejects.toThrow(/^lock does not end$/)
  await expect(new Cleanup().afterwards(async () => Promise.resolve('done'))).resolves.toBe('done')
})

test('every process of an installation is ended, also where one before it cannot be', async () => {
  const ended: string[] = []
  const stop = vi.spyOn(Child.prototype, 'stop').mockImplementation(async () => {
    ended.push('a process')
    return ended.length === 1 ? Promise.reject(new Error('it may not be killed')) : Promise.resolve()
  })
  const temporal = { address: '127.0.0.1:1', namespace: 'default' } as TemporalInUse
  await expect(new Processes('/nowhere', {} as StateFolder, temporal).stop()).rejects.toThrow('it may not be killed')
  expect(ended).toHaveLength(3)
  stop.mockRestore()
})
