import type { Exit } from '../exit.ts'
import type { Call } from '../program.ts'
import { atStation } from '../station.ts'
import { trustOf } from '../trust-folder.ts'
import { followRun } from './follow.ts'

/** Follows a run that was started by whatever, from its first step. */
export async function watch({ folder, args, options }: Call<{ json?: true }>): Promise<Exit> {
  return atStation(folder, async ({ client }) =>
    followRun(client, args[0] ?? '', { json: options.json === true, trust: trustOf(folder) }),
  )
}
