import { existsSync } from 'node:fs'
import { homedir } from 'node:os'
import { join, resolve } from 'node:path'
import { z } from 'zod'
import { BLAST_RADII } from '../../schemas/run.ts'
import { readConfigFile } from './config-file.ts'
import type { ConfigMistake } from './config-file.ts'
import { fitted } from './config-mistakes.ts'
import { OperatorError } from './operator-error.ts'

/** A secret is named, never written down: an environment variable, a file, or a command that prints it (G30). */
const secretSchema = z.union(
  [
    z.strictObject({ env: z.string().min(1) }),
    z.strictObject({ file: z.string().min(1) }),
    z.strictObject({ command: z.array(z.string().min(1)).min(1) }),
  ],
  { error: 'names a secret, and holds none: `{ env: NAME }`, `{ file: path }` or `{ command: [program, …] }`' },
)

const connectionSchema = z.strictObject({
  url: z.url({ protocol: /^https?$/ }),
  token: secretSchema.optional(),
  /** Lets requests reach loopback and private addresses (G32). */
  allowPrivate: z.boolean().default(false),
})

/** How votes are signed here, and who may sign them (G26). */
const votesSchema = z.strictObject({
  /** The SSH key with which this user signs: a private key, or the public one of a key that an agent holds. */
  key: z.string().min(1).default('~/.ssh/id_ed25519'),
  allowedSigners: z.string().min(1).default('.runproof/allowed_signers'),
  /** Signer → operating system users that are the same person. */
  users: z.record(z.string(), z.array(z.string().min(1))).default({}),
})

const configSchema = z.strictObject({
  catalogue: z.string().default('runbooks'),
  /** Policy files whose values replace those of the catalogue, each with a source of its own. */
  policyOverlays: z.array(z.string()).default([]),
  evidence: z.string().default('.runproof/evidence'),
  connections: z.record(z.string(), connectionSchema).default({}),
  /** Role → people: names of signers, or operating system users. */
  roles: z.record(z.string(), z.array(z.string().min(1))).default({}),
  votes: votesSchema.prefault({}),
  /** Where leases lie (G3); without a database, in a file of this host. */
  leases: z.strictObject({ postgres: z.strictObject({ url: secretSchema }).optional() }).prefault({}),
  /** What the platform here is like; a runbook that is for another topology is refused. */
  topology: z.array(z.string().min(1)).default([]),
  /** Blast radii whose effects this worker carries out; all of them where none is named. */
  worker: z.strictObject({ radii: z.array(z.enum(BLAST_RADII)).default([]) }).prefault({}),
  server: z.strictObject({ port: z.int().min(0).max(65535).default(0) }).prefault({}),
})

export type SecretRef = z.infer<typeof secretSchema>
export type Config = z.infer<typeof configSchema>

/** What `runproof.yaml` in the working folder says, with every path made absolute; all defaults where there is none. */
export function readConfig(folder: string): Config {
  const file = join(folder, 'runproof.yaml')
  const config = existsSync(file) ? parseConfig(file) : configSchema.parse({})
  return {
    ...config,
    catalogue: resolve(folder, config.catalogue),
    policyOverlays: config.policyOverlays.map((path) => resolve(folder, path)),
    evidence: resolve(folder, config.evidence),
    votes: {
      ...config.votes,
      key: resolve(folder, config.votes.key.replace(/^~(?=\/)/, homedir())),
      allowedSigners: resolve(folder, config.votes.allowedSigners),
    },
  }
}

/**
 * The same configuration with its people as they are now: whoever was named in `runproof.yaml`, or taken out, counts so at the
 * next vote and the next effect. A file with a mistake names nobody.
 */
export function withPeopleAsNow(folder: string, config: Config): Config {
  const now = (): Pick<Config, 'roles' | 'votes'> => {
    try {
      return readConfig(folder)
    } catch {
      return { ...config, roles: {} }
    }
  }
  return {
    ...config,
    get roles() {
      return now().roles
    },
    get votes() {
      return now().votes
    },
  }
}

function parseConfig(file: string): z.infer<typeof configSchema> {
  const read = readable(file)
  if ('mistakes' in read) throw misconfigured(file, read.mistakes)
  const fits = fitted(configSchema, read.value)
  if ('value' in fits) return fits.value
  throw misconfigured(
    file,
    fits.misfits.map(({ path, ...told }) => ({ ...read.placeOf(path), ...told })),
  )
}

function readable(file: string): ReturnType<typeof readConfigFile> {
  try {
    return readConfigFile(file)
  } catch (error) {
    const { code = 'unreadable' } = error as NodeJS.ErrnoException
    throw new OperatorError('RP0101', `${file} cannot be read (${code})`, 'make it a file that this user can read')
  }
}

/** Every mistake with its place; the first one's hint. */
function misconfigured(file: string, mistakes: readonly ConfigMistake[]): OperatorError {
  const inOrder = [...mistakes].sort((a, b) => a.line - b.line || a.col - b.col)
  const lines = inOrder.map(({ line, col, message }) => `${file}:${line}:${col}: ${message}`)
  const hint = inOrder.find((mistake) => mistake.hint !== undefined)?.hint
  return new OperatorError('RP0101', lines.join('\n'), hint ?? 'README.md shows a whole runproof.yaml')
}
