import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { stringify } from 'yaml'
import type { Closing } from '../closing.ts'
import type { Lab } from '../lab.ts'
import { stepsRunbook } from '../steps-runbook.ts'
import { EFFECTS, STEPS } from './forms.ts'

const CATALOGUE = fileURLToPath(new URL('catalogue', import.meta.url))
const KNOWN_EFFECTS = fileURLToPath(new URL('../../runbooks/effects.yaml', import.meta.url))

/** Whoever answers the questions of runs that a person has started: with a key, since a name alone is no second person. */
export const SIGNER = 'grace@example.com'

/** A folder with the runbooks and the rule with which kills are met. */
export async function installationFor(lab: Lab, closing: Closing): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'runproof-chaos-'))
  closing.after(async () => rm(folder, { recursive: true, force: true }))
  const runbooks = join(folder, 'runbooks')
  await cp(CATALOGUE, runbooks, { recursive: true })
  await cp(KNOWN_EFFECTS, join(runbooks, 'effects.yaml'))
  await writeFile(join(runbooks, `${STEPS}.yaml`), stepsRunbook(STEPS, EFFECTS))
  await writeFile(join(folder, 'runproof.yaml'), configuration(lab))
  return folder
}

function configuration({ url, prometheusUrl, notifyUrl }: Lab): string {
  const token = { env: 'LAB_TOKEN' }
  const connections = {
    platform: { url, token, allowPrivate: true },
    prometheus: { url: prometheusUrl, token, allowPrivate: true },
    notify: { url: notifyUrl, token: { env: 'LAB_NOTIFY_TOKEN' }, allowPrivate: true },
  }
  const roles = { 'incident-lead': [userInfo().username, SIGNER] }
  return stringify({ connections, roles }, { aliasDuplicateObjects: false })
}
