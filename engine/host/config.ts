import { existsSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { parseDocument } from 'yaml'
import { z } from 'zod'
import { OperatorError } from './operator-error.ts'

/** A secret is named, never written down: an environment variable, a file, or a command that prints it (G30). */
const secretSchema = z.union([
  z.strictObject({ env: z.string().min(1) }),
  z.strictObject({ file: z.string().min(1) }),
  z.strictObject({ command: z.array(z.string().min(1)).min(1) }),
])

const connectionSchema = z.strictObject({
  url: z.url({ protocol: /^https?$/ }),
  token: secretSchema.optional(),
  /** Lets requests reach loopback and private addresses (G32). */
  allowPrivate: z.boolean().default(false),
})

const configSchema = z.strictObject({
  catalogue: z.string().default('runbooks'),
  /** Policy files whose values replace those of the catalogue, each with a source of its own. */
  policyOverlays: z.array(z.string()).default([]),
  evidence: z.string().default('.runproof/evidence'),
  connections: z.record(z.string(), connectionSchema).default({}),
  /** Role → people, by operating system user. */
  roles: z.record(z.string(), z.array(z.string().min(1))).default({}),
  server: z.strictObject({ port: z.int().min(0).max(65535).default(0) }).prefault({}),
})

export type SecretRef = z.infer<typeof secretSchema>
export type Config = z.infer<typeof configSchema>

/** What `runproof.yaml` in the working folder says, with every path made absolute; all defaults where there is none. */
export function readConfig(folder: string): Config {
  const file = join(folder, 'runproof.yaml')
  const parsed = configSchema.safeParse(existsSync(file) ? parseConfig(file) : {})
  if (!parsed.success) throw misconfigured(file, z.prettifyError(parsed.error))
  const config = parsed.data
  return {
    ...config,
    catalogue: resolve(folder, config.catalogue),
    policyOverlays: config.policyOverlays.map((path) => resolve(folder, path)),
    evidence: resolve(folder, config.evidence),
  }
}

function parseConfig(file: string): unknown {
  try {
    const document = parseDocument(readFileSync(file, 'utf8'), { uniqueKeys: true, strict: true })
    const [problem] = [...document.errors, ...document.warnings]
    if (problem !== undefined) throw problem
    return (document.toJS() as unknown) ?? {}
  } catch (error) {
    throw misconfigured(file, error instanceof Error ? error.message : 'it cannot be read')
  }
}

function misconfigured(file: string, problem: string): OperatorError {
  return new OperatorError('RP0101', `${file} cannot be used: ${problem}`, 'README.md shows a whole runproof.yaml')
}
