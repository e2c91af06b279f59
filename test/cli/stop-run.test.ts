import { mkdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { makeSmallWorkplace, removeWorkplace, runproof } from './workplace.ts'
import type { Said } from './workplace.ts'

let folder = ''
beforeAll(async () => {
  folder = await makeSmallWorkplace()
  for (const path of ['intake/under-way', 'intake/ended', 'bundles/ended'])
    await mkdir(join(folder, '.runproof', 'evidence', path), { recursive: true })
})
afterAll(async () => removeWorkplace(folder))

async function stop(run: string): Promise<Said> {
  const said = await runproof(folder, 'stop', '--run', run, '--reason', 'a drill')
  expect(said.stdout).toMatch(new RegExp(`^stop-\\w+: no effect from now on, run ${run}; readings go on$`, 'm'))
  expect(said.exitCode).toBe(0)
  return said
}

test('a stop of a run that has left no record here holds, and says that there is none: it may be a slip of the keyboard', async () => {
  expect((await stop('undr-way')).stderr).toBe(
    'note: no run of this id has left a record here (`runproof runs` lists those that have); the stop holds for it all the same\n',
  )
})

test('a stop of a run that is sealed holds, and says that it has ended', async () => {
  expect((await stop('ended')).stderr).toBe(
    'note: the run ended has ended already; `runproof runs` lists those under way\n',
  )
})

test('a stop of a run that is under way says no more than that, and one of no run in particular neither', async () => {
  expect((await stop('under-way')).stderr).toBe('')
  expect((await runproof(folder, 'stop', '--reason', 'a drill')).stderr).toBe('')
})

test('a store or a configuration that cannot be read keeps nobody from stopping a run', async () => {
  const store = join(folder, 'runproof.yaml')
  await writeFile(store, 'evidence: runproof.yaml\n')
  expect((await stop('under-way')).stderr).toBe('')
  await writeFile(store, 'evidence: [')
  expect((await stop('under-way')).stderr).toBe('')
  await rm(store)
})
