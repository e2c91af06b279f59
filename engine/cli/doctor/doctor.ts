import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { readConfig } from '../../host/config.ts'
import type { Config } from '../../host/config.ts'
import { StateFolder } from '../../host/state-folder.ts'
import { EXIT } from '../exit.ts'
import type { Exit } from '../exit.ts'
import type { Call } from '../program.ts'
import { print, printJson } from '../terminal.ts'
import { doctorText } from '../view/doctor-text.ts'
import { catalogue } from './catalogue.ts'
import { connections } from './connections.ts'
import { evidence } from './evidence.ts'
import { findingOf, ok } from './finding.ts'
import type { Finding, Look, Patient } from './finding.ts'
import { keys } from './keys.ts'
import { leases } from './leases.ts'
import { people } from './people.ts'
import { stops } from './stops.ts'
import { temporal } from './temporal.ts'
import { webhook } from './webhook.ts'

const LOOKS: readonly Look[] = [catalogue, keys, people, evidence, leases, temporal, webhook, connections, stops]

/** Looks at every part of an installation, and says what is wrong and what mends it. Nothing is mended here. */
export async function doctor({ folder, options }: Call<{ json?: true }>): Promise<Exit> {
  const found = await examine(folder)
  const wrong = found.filter(({ state }) => state === 'wrong').length
  if (options.json === true) printJson({ wrong, found })
  else for (const line of doctorText(found)) print(line)
  return wrong === 0 ? EXIT.ok : EXIT.usageWrong
}

/** Without a configuration that can be read there is nothing to look at. */
async function examine(folder: string): Promise<Finding[]> {
  const config = configOf(folder)
  if ('finding' in config) return [{ part: 'configuration', ...config.finding }]
  const patient = { folder, config, state: new StateFolder(folder) }
  const read: Finding = { part: 'configuration', ...ok(readText(folder)) }
  const looks = await Promise.all(LOOKS.map(async (look) => lookAt(look, patient)))
  return [read, ...looks.flat()]
}

function readText(folder: string): string {
  const file = join(folder, 'runproof.yaml')
  return existsSync(file) ? `${file} can be used` : `there is no ${file}: everything is as by default`
}

function configOf(folder: string): Config | { readonly finding: Omit<Finding, 'part'> } {
  try {
    return readConfig(folder)
  } catch (error) {
    return { finding: findingOf(error) }
  }
}

async function lookAt({ part, look }: Look, patient: Patient): Promise<Finding[]> {
  const found = await look(patient).catch((error: unknown) => [findingOf(error)])
  return found.map((finding) => ({ part, ...finding }))
}
