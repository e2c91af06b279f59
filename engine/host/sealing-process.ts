import './orphan-guard.ts'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { NativeConnection, Worker } from '@temporalio/worker'
import { ensureKey, loadPublicKey } from '../../evidence/keys.ts'
import { openStore } from '../../evidence/store.ts'
import { NAMES, QUEUES } from '../../schemas/run.ts'
import { readConfig } from './config.ts'
import { giveUp } from './give-up.ts'
import { openLeases } from './leases/open.ts'
import { openLog } from './log.ts'
import { installRuntime } from './process-runtime.ts'
import { sealActivity } from './sealing.ts'
import { StateFolder } from './state-folder.ts'
import { runUntilStopped } from './stop-signals.ts'
import { sweepEvery } from './sweeper.ts'
import { connectTemporal } from './temporal.ts'

/** How often runs are looked for that ended without a bundle. */
const SWEEP_MS = 15_000

const PATIENCE = {
  maxHeartbeatThrottleInterval: '2s',
  defaultHeartbeatThrottleInterval: '2s',
  shutdownGraceTime: '10s',
} as const

/** The process that seals evidence: it alone uses the sealing key, on its own task queue (G27). */
async function main(): Promise<void> {
  const { values } = parseArgs({
    options: { address: { type: 'string' }, namespace: { type: 'string', default: 'default' } },
  })
  const address = values.address ?? '127.0.0.1:7233'
  const log = openLog('sealing')
  installRuntime(log)
  const config = readConfig(process.cwd())
  const state = new StateFolder(process.cwd()).make()
  const sealing = {
    store: openStore(config.evidence),
    signer: await ensureKey(state.keys, 'sealing'),
    // Only its public half: this process admits nothing.
    admissionKeys: [await loadPublicKey(join(state.keys, 'admission.pub.pem'))],
    custody: 'same-user' as const,
  }
  const office = {
    sealing,
    client: await connectTemporal({ address, namespace: values.namespace }),
    catalogue: config.catalogue,
    leases: openLeases(config, state),
    log,
  }
  const worker = await Worker.create({
    connection: await NativeConnection.connect({ address }),
    namespace: values.namespace,
    taskQueue: QUEUES.sealing,
    activities: { [NAMES.seal]: sealActivity(office) },
    ...PATIENCE,
  })
  const sweeping = sweepEvery(SWEEP_MS, office)
  process.send?.('ready')
  await runUntilStopped(worker)
  sweeping.stop()
}

await main().catch(giveUp('sealing'))
// Temporal's connection would keep a process alive that has nothing more to do.
process.exit()
