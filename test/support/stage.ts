import { afterAll, beforeAll } from 'vitest'
import type { Lab } from '../../lab/start-lab.ts'
import { openInstallation, openLab } from './installation.ts'
import type { Installation } from './installation.ts'

/** A practice platform, and an installation that has to do with it. */
export interface Stage {
  readonly lab: Lab
  readonly installation: Installation
}

/** Gives all tests of a file one stage, which goes with the last. It is given before the worker and the sealing are at work. */
export function onOneStage(take: (stage: Stage) => Promise<void> | void): void {
  let lab: Lab | undefined
  let installation: Installation | undefined
  beforeAll(async () => {
    lab = await openLab({ trafficTailMs: 200 })
    installation = await openInstallation({ lab })
    await take({ lab, installation })
    await Promise.all([installation.startWorker(), installation.startSealing()])
  })
  afterAll(async () => {
    await installation?.stop()
    await lab?.stop()
  })
}
