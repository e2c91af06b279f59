import { readConfig } from '../../host/config.ts'
import { StateFolder } from '../../host/state-folder.ts'
import { soundCatalogue } from '../catalogue.ts'
import { EXIT } from '../exit.ts'
import type { Exit } from '../exit.ts'
import { aborted, interruption } from '../interrupt.ts'
import type { Call } from '../program.ts'
import { print, say } from '../terminal.ts'
import { addressesText } from '../view/addresses-text.ts'
import { Cleanup } from './cleanup.ts'
import { Processes } from './installation.ts'
import { takeLock } from './lock.ts'
import { openTemporal } from './temporal-server.ts'

/** Puts an installation up and keeps it up, until it is asked to end; then nothing of it is left running. */
export async function up({ folder, options }: Call<{ verbose?: true }>): Promise<Exit> {
  await soundCatalogue(readConfig(folder))
  const asked = interruption()
  const cleanup = new Cleanup()
  const starting = putUp(folder, { cleanup, verbose: options.verbose === true })
  starting.catch(() => undefined)
  const kept = async (): Promise<Exit> => {
    const ready = await Promise.race([starting, aborted(asked)])
    if (ready !== undefined) for (const line of ready) print(line)
    await aborted(asked)
    return EXIT.ok
  }
  return cleanup.afterwards(kept, () => say('stopping'))
}

async function putUp(folder: string, { cleanup, verbose }: { cleanup: Cleanup; verbose: boolean }): Promise<string[]> {
  const state = new StateFolder(folder).make()
  const lock = takeLock(state.lockFile)
  cleanup.after(async () => lock.release())
  state.removeEndpoints()
  const temporal = await openTemporal(state.temporal)
  cleanup.after(async () => temporal.stop())
  if (verbose && temporal.command.length > 0) say(temporal.command.join(' '))
  const processes = new Processes(folder, state, temporal)
  cleanup.after(async () => processes.stop())
  cleanup.after(async () => state.removeEndpoints())
  return addressesText(await processes.start(), { folder, tokenFile: state.tokenFile })
}
