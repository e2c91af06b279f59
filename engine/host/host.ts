import type { AnyDefinition } from '../../actions/define.ts'
import type { EvidenceStore } from '../../evidence/store.ts'
import type { Contract } from '../../schemas/contract.ts'
import type { CompiledCatalogue } from '../language/catalogue.ts'
import type { AdmissionKeys } from './admission.ts'
import type { Config } from './config.ts'
import type { Connections } from './connections.ts'
import type { Leases } from './leases/leases.ts'
import type { Logger } from './log.ts'
import type { PlanArchive } from './plan-archive.ts'
import type { StopSwitch } from './stops.ts'

/** Everything that the worker's activities share: one installation, opened. */
export interface Host {
  readonly config: Config
  readonly store: EvidenceStore
  readonly stops: StopSwitch
  readonly plans: PlanArchive
  /** The worker's own catalogue: its rules bind beside those of the Plan (G17). */
  readonly catalogue: CompiledCatalogue
  readonly definitions: ReadonlyMap<string, AnyDefinition>
  readonly contracts: ReadonlyMap<string, Contract>
  readonly keys: AdmissionKeys
  readonly connections: Connections
  readonly leases: Leases
  readonly log: Logger
}
