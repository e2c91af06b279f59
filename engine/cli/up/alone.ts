import { readConfig } from '../../host/config.ts'
import { StateFolder } from '../../host/state-folder.ts'
import { SEARCH_ATTRIBUTES, connectTemporal } from '../../host/temporal.ts'
import type { TemporalPlace } from '../../host/temporal.ts'
import { makeNamespace } from '../../services/index.ts'
import { soundCatalogue } from '../catalogue.ts'
import { EXIT } from '../exit.ts'
import type { Exit } from '../exit.ts'
import { aborted, interruption } from '../interrupt.ts'
import type { Call } from '../program.ts'
import { temporalOf } from '../station.ts'
import { print, say } from '../terminal.ts'
import { Child } from './child.ts'
import type { ChildSpec } from './child.ts'
import { Cleanup } from './cleanup.ts'

/** Runs a worker alone: whoever keeps processes alive elsewhere has one of it, or many. */
export async function worker({ folder }: Call): Promise<Exit> {
  return alone(folder, { name: 'the worker', file: 'host/worker-process.ts' })
}

/** Runs the sealing process alone. */
export async function sealer({ folder }: Call): Promise<Exit> {
  return alone(folder, { name: 'the sealing process', file: 'host/sealing-process.ts' })
}

/** Runs the HTTP server alone. */
export async function serve({ folder }: Call): Promise<Exit> {
  return alone(folder, { name: 'the HTTP server', file: 'server/server-process.ts' })
}

async function alone(folder: string, { name, file }: Pick<ChildSpec, 'name' | 'file'>): Promise<Exit> {
  await soundCatalogue(readConfig(folder))
  const place = temporalOf(new StateFolder(folder).make())
  await prepare(place)
  const asked = interruption()
  const args = ['--address', place.address, '--namespace', place.namespace]
  const ready = (message: unknown): void => print(readyText(name, place, message))
  const child = new Child({ name, file, folder, args, ready })
  const cleanup = new Cleanup()
  cleanup.after(async () => child.stop())
  const kept = async (): Promise<Exit> => {
    await Promise.race([child.start(), aborted(asked)])
    await aborted(asked)
    return EXIT.ok
  }
  return cleanup.afterwards(kept, () => say('stopping'))
}

/** A namespace that is there is left as it is, but for the search attributes that are missing. */
async function prepare({ address, namespace }: TemporalPlace): Promise<void> {
  await (await connectTemporal({ address, namespace })).connection.close()
  await makeNamespace({ address, namespace, searchAttributes: SEARCH_ATTRIBUTES, say })
}

function readyText(name: string, { address, namespace }: TemporalPlace, message: unknown): string {
  const url = (message as { readonly url?: string }).url
  return `${name} is ready${url === undefined ? '' : ` at ${url}`} (Temporal ${address}, namespace ${namespace}); Ctrl-C stops it`
}
