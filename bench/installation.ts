import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { stringify } from 'yaml'
import type { Closing } from './closing.ts'
import type { Lab } from './lab.ts'
import { STEPS_RUNBOOK, stepsRunbook } from './steps-runbook.ts'
import { WAITING_RUNBOOK, waitingRunbook } from './waiting-runbook.ts'

const ROOT = fileURLToPath(new URL('..', import.meta.url))

/** Makes the working folder of an installation: the repository's catalogue, the practice policy, and the measured runbooks. */
export async function makeInstallation(lab: Lab, closing: Closing): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'runproof-bench-'))
  closing.after(async () => rm(folder, { recursive: true, force: true }))
  await cp(join(ROOT, 'runbooks'), join(folder, 'runbooks'), { recursive: true })
  await cp(join(ROOT, 'lab', 'policy.yaml'), join(folder, 'practice-policy.yaml'))
  await writeFile(join(folder, 'runbooks', `${STEPS_RUNBOOK}.yaml`), stepsRunbook())
  await writeFile(join(folder, 'runbooks', `${WAITING_RUNBOOK}.yaml`), waitingRunbook())
  await writeFile(join(folder, 'runproof.yaml'), stringify(configuration(lab), { aliasDuplicateObjects: false }))
  return folder
}

function configuration({ url, prometheusUrl, notifyUrl }: Lab): object {
  const token = { env: 'LAB_TOKEN' }
  return {
    policyOverlays: ['practice-policy.yaml'],
    connections: {
      platform: { url, token, allowPrivate: true },
      prometheus: { url: prometheusUrl, token, allowPrivate: true },
      notify: { url: notifyUrl, token: { env: 'LAB_NOTIFY_TOKEN' }, allowPrivate: true },
    },
  }
}
