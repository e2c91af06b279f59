import { readdir, readFile, readlink, rm } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import type { Mark } from './mark.ts'

const MOST_ROUNDS = 50

/**
 * Kills what a step left behind outside its group, or altogether, where its worker was killed. It is looked for again until nothing
 * is found, because it may fork meanwhile; answers with what could not be ended. Three things escape, and are not among these either:
 * a process that has cleared its variables and left its folder; one of another user, such as one behind `sudo`, whose variables and
 * folder a worker that is not root may not read; and, where there is no `/proc`, every one.
 */
export async function killLeftovers(mark: Mark): Promise<readonly number[]> {
  for (let round = 0; round < MOST_ROUNDS; round += 1) {
    const left = await leftOvers(mark)
    if (left.length === 0) return []
    left.forEach(kill)
  }
  return leftOvers(mark)
}

/** Removes the folders in which the processes of a step began. One that cannot be removed stays: it holds nothing of ours. */
export async function removeFolders({ folders }: Mark): Promise<void> {
  const parent = dirname(folders)
  const names = (await readdir(parent).catch(() => [])).filter((name) => name.startsWith(basename(folders)))
  const removals = names.map(async (name) => rm(join(parent, name), { recursive: true, force: true }))
  await Promise.allSettled(removals)
}

async function leftOvers(mark: Mark): Promise<readonly number[]> {
  const names = await readdir('/proc').catch(() => [])
  const others = names.filter((name) => /^\d+$/.test(name)).map(Number)
  const judged = await Promise.all(others.map(async (pid) => ((await belongs(pid, mark)) ? [pid] : [])))
  return judged.flat().filter((pid) => pid !== process.pid)
}

async function belongs(pid: number, { variable, folders }: Mark): Promise<boolean> {
  const [variables, place] = await Promise.all([
    readFile(`/proc/${pid}/environ`, 'latin1').catch(() => ''),
    readlink(`/proc/${pid}/cwd`).catch(() => ''),
  ])
  return variables.split('\0').includes(variable) || place.startsWith(folders)
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch {
    // It has ended meanwhile, or belongs to a user whom the worker may not signal.
  }
}
