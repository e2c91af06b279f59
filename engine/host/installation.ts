import { contractOf } from '../../actions/contract.ts'
import { definitionsFromAllowlist, placesFromAllowlist } from '../../actions/allowlist.ts'
import { allContracts, definitions as shipped } from '../../actions/index.ts'
import { ensureKey } from '../../evidence/keys.ts'
import { openStore } from '../../evidence/store.ts'
import type { Contract } from '../../schemas/contract.ts'
import { allowlistOf, compileCatalogue, readCatalogue } from '../language/catalogue.ts'
import type { CompiledCatalogue } from '../language/catalogue.ts'
import { AdmissionKeys } from './admission.ts'
import { readConfig, withPeopleAsNow } from './config.ts'
import type { Config } from './config.ts'
import { Connections } from './connections.ts'
import type { Host } from './host.ts'
import { openLeases } from './leases/open.ts'
import type { Logger } from './log.ts'
import { OperatorError } from './operator-error.ts'
import { PlanArchive } from './plan-archive.ts'
import { StateFolder } from './state-folder.ts'
import { StopSwitch } from './stops.ts'

/** The contracts that are shipped, with and without an adapter; an allowlist adds to them when the catalogue is compiled. */
export const shippedContracts: readonly Contract[] = allContracts

/**
 * Reads and compiles the catalogue that a configuration names; mistakes are in its diagnostics. The allowlist makes actions of
 * its own, so it is read first.
 */
export async function compileConfigured(config: Config): Promise<CompiledCatalogue> {
  const sources = await readConfigured(config)
  const own = definitionsFromAllowlist(allowlistOf(sources, shippedContracts)).map(contractOf)
  return compileCatalogue(sources, [...shippedContracts, ...own])
}

/** Reads the files of the catalogue that a configuration names, and its overlays. Throws where they cannot be read. */
export async function readConfigured(config: Pick<Config, 'catalogue' | 'policyOverlays'>): Promise<Sources> {
  return readCatalogue(config.catalogue, { overlays: config.policyOverlays }).catch((error: unknown) => {
    throw unreadable(config, error)
  })
}

type Sources = Awaited<ReturnType<typeof readCatalogue>>

function unreadable(config: Pick<Config, 'catalogue'>, error: unknown): OperatorError {
  const { code = 'it cannot be read', path = config.catalogue } = error as NodeJS.ErrnoException
  return new OperatorError(
    'RP0106',
    `the catalogue cannot be read: ${path} (${code})`,
    'put a plain file there, or name the folder of the catalogue in runproof.yaml',
  )
}

/** So many files the evidence store has ready: as many records as are written at about the same time. */
const READY_FILES = 48

/** Opens the installation of a working folder for a process that carries out actions. A catalogue with mistakes is refused. */
export async function openHost(folder: string, log: Logger): Promise<Host> {
  const config = readConfig(folder)
  const state = new StateFolder(folder).make()
  const catalogue = await compileConfigured(config)
  refuseMistakes(catalogue)
  const definitions = [...shipped, ...definitionsFromAllowlist(catalogue.allowlist)]
  return {
    config: withPeopleAsNow(folder, config),
    log,
    catalogue,
    store: openStore(config.evidence, { ready: READY_FILES }),
    stops: new StopSwitch(state.stops),
    plans: new PlanArchive(state.plans),
    keys: new AdmissionKeys(await ensureKey(state.keys, 'admission')),
    definitions: new Map(definitions.map((definition) => [definition.name, definition])),
    contracts: new Map(definitions.map((definition) => [definition.name, contractOf(definition)])),
    connections: new Connections(config, {
      allow: placesFromAllowlist(catalogue.allowlist),
      ownPorts: ownPorts(state),
    }),
    leases: openLeases(config, state),
  }
}

/** A rule that does not compile must not vanish from the door: nothing is carried out. */
function refuseMistakes({ diagnostics }: CompiledCatalogue): void {
  const mistakes = diagnostics.filter(({ severity }) => severity === 'error')
  if (mistakes.length === 0) return
  throw new OperatorError(
    'RP0105',
    `the catalogue has ${mistakes.length} mistakes, first: ${mistakes[0]?.message ?? ''}`,
    'see them all with `runproof check`',
  )
}

function ownPorts(state: StateFolder): number[] {
  try {
    const { server, temporal } = state.endpoints()
    return [Number(new URL(server).port), Number(temporal.split(':').at(-1))]
  } catch {
    return []
  }
}
