import { mkdir, mkdtemp, writeFile } from 'node:fs/promises'
import { userInfo } from 'node:os'
import { dirname, join } from 'node:path'
import { canonical } from '../../../schemas/canonical.ts'
import type { Json } from '../../../schemas/json.ts'
import type { CatalogueSources, CompiledCatalogue } from '../../language/catalogue.ts'
import type { Practice } from './practice.ts'

/** A catalogue as it is tried on the lab. */
export interface Tried {
  readonly sources: CatalogueSources
  readonly catalogue: CompiledCatalogue
}

/** Makes a working folder for an installation on the practice platform: a catalogue, and every role of it for this user. */
export async function makeFolder(
  { sources, catalogue }: Tried,
  { scratch, practice }: { readonly scratch: string; readonly practice: Practice },
): Promise<string> {
  const folder = await mkdtemp(join(scratch, 'installation-'))
  for (const { file, text } of sources.files) await write(folder, file, text)
  const overlays = [...sources.overlays.entries()].map(([number, { text }]) => ({
    file: `overlay-${number}.yaml`,
    text,
  }))
  for (const { file, text } of overlays) await write(folder, file, text)
  await write(folder, 'token', practice.token)
  await write(folder, 'notify-token', practice.notifyToken)
  const roles = Object.keys(catalogue.roles).map((role) => [role, [userInfo().username]])
  const config = {
    catalogue: sources.files[0]?.file.split('/')[0] ?? 'runbooks',
    policyOverlays: overlays.map(({ file }) => file),
    connections: connectionsTo(practice, folder),
    roles: Object.fromEntries(roles) as Json,
  }
  await write(folder, 'runproof.yaml', canonical(config))
  return folder
}

async function write(folder: string, file: string, text: string): Promise<void> {
  await mkdir(dirname(join(folder, file)), { recursive: true })
  await writeFile(join(folder, file), text, { mode: 0o600 })
}

function connectionsTo({ url, prometheusUrl, notifyUrl }: Practice, folder: string): Json {
  const token = { file: join(folder, 'token') }
  return {
    platform: { url, token, allowPrivate: true },
    prometheus: { url: prometheusUrl, token, allowPrivate: true },
    notify: { url: notifyUrl, token: { file: join(folder, 'notify-token') }, allowPrivate: true },
  }
}
