import { readdir, readFile, readlink } from 'node:fs/promises'

/** By what the processes of one step are known: a variable that all of them inherit, and the folder in which they began. */
export interface Mark {
  readonly variable: string
  readonly folder: string
}

const MOST_ROUNDS = 50

/**
 * Kills what a step left behind outside its group: daemons in a session of their own. They are looked for again until none
 * is found, because they may fork meanwhile. Only a process that has cleared its variables and left its folder escapes; and
 * all of them do where there is no `/proc`.
 */
export async function killLeftovers(mark: Mark): Promise<void> {
  for (let round = 0; round < MOST_ROUNDS; round += 1) {
    const left = await leftOvers(mark)
    if (left.length === 0) return
    left.forEach(kill)
  }
}

async function leftOvers(mark: Mark): Promise<readonly number[]> {
  const names = await readdir('/proc').catch(() => [])
  const others = names.filter((name) => /^\d+$/.test(name)).map(Number)
  const judged = await Promise.all(others.map(async (pid) => ((await belongs(pid, mark)) ? [pid] : [])))
  return judged.flat().filter((pid) => pid !== process.pid)
}

async function belongs(pid: number, { variable, folder }: Mark): Promise<boolean> {
  const [variables, place] = await Promise.all([
    readFile(`/proc/${pid}/environ`, 'latin1').catch(() => ''),
    readlink(`/proc/${pid}/cwd`).catch(() => ''),
  ])
  return variables.split('\0').includes(variable) || place === folder || place.startsWith(`${folder}/`)
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch {
    // It has ended meanwhile, or belongs to a user whom the worker may not signal.
  }
}
