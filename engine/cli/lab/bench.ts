import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startTemporal } from '../../services/index.ts'
import type { Material } from '../../rehearsal/twin.ts'
import { say } from '../terminal.ts'
import type { Cleanup } from '../up/cleanup.ts'
import { LabInstallation } from './installation.ts'
import { startPractice } from './start-practice.ts'
import { atLabSpeed } from './trial.ts'
import type { LabBench } from './trial.ts'

/** Puts up all that scenarios on the lab need: Temporal, PostgreSQL, NATS, the practice platform, a worker, a sealing process. */
export async function openBench(material: Material, cleanup: Cleanup): Promise<LabBench> {
  const scratch = await makeScratch(cleanup)
  const own = startPractice()
  cleanup.after(async () => own.stop())
  const [practice, temporal] = await Promise.all([own.ready, openTemporal(cleanup)])
  const ground = { practice, temporal, scratch, cleanup }
  const quick = atLabSpeed(material, practice)
  say('starting a worker and a sealing process on the practice platform; usually under 10 seconds')
  return { material: quick, ground, installation: await LabInstallation.open(quick, ground) }
}

/** The first that is made is the last that is removed: what still writes when it is cut off, writes there. */
async function makeScratch(cleanup: Cleanup): Promise<string> {
  const scratch = await mkdtemp(join(tmpdir(), 'runproof-lab-'))
  cleanup.after(async () => rm(scratch, { recursive: true, force: true, maxRetries: 5 }))
  return scratch
}

async function openTemporal(cleanup: Cleanup): Promise<string> {
  const temporal = await startTemporal({ say, uiPort: false })
  cleanup.after(async () => temporal.stop())
  return temporal.address
}
