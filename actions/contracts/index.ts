import type { Contract } from '../../schemas/contract.ts'
import { databaseContracts } from './databases.ts'
import { edgeContracts } from './edges.ts'
import { hostContracts } from './hosts.ts'
import { iacContracts } from './iac.ts'
import { kubernetesContracts } from './kubernetes.ts'
import { lokiContracts } from './loki.ts'
import { natsContracts } from './nats.ts'
import { nodeContracts } from './nodes.ts'
import { postgresContracts } from './postgres.ts'
import { providerContracts } from './providers.ts'
import { statusContracts } from './status.ts'
import { wakeContracts } from './wake.ts'

const declared = [
  databaseContracts,
  edgeContracts,
  hostContracts,
  iacContracts,
  kubernetesContracts,
  lokiContracts,
  natsContracts,
  nodeContracts,
  postgresContracts,
  providerContracts,
  statusContracts,
  wakeContracts,
].flat()

/** Contracts whose adapter does not exist yet, sorted by name: runbooks compile against them, and no worker carries them out. */
export const declaredContracts: readonly Contract[] = declared.sort((a, b) => (a.name < b.name ? -1 : 1))
