import { z } from 'zod'

const names = z.string().transform((text) => text.split(','))

/** What the lab is told, by environment variables: an argument list would show passwords to other users. */
const environmentSchema = z.object({
  RUNPROOF_LAB_POSTGRES: z.url({ protocol: /^postgres(ql)?$/ }),
  RUNPROOF_LAB_NATS: z.url({ protocol: /^(nats|tls)$/ }),
  RUNPROOF_LAB_TOKEN: z.string().min(16),
  RUNPROOF_LAB_ADMIN_TOKEN: z.string().min(16),
  RUNPROOF_LAB_NOTIFY_TOKEN: z.string().min(16),
  RUNPROOF_LAB_PORT: z.coerce.number().int().min(0).max(65535).default(0),
  RUNPROOF_LAB_EDGES: names.default(['edge-1', 'edge-2']),
  RUNPROOF_LAB_HOSTS: names.default(['host-1', 'host-2']),
  RUNPROOF_LAB_TRAFFIC_TAIL_MS: z.coerce.number().int().min(0).default(2000),
})

/** The lab's configuration. */
export interface LabConfig {
  readonly postgresUrl: string
  readonly natsUrl: string
  readonly port: number
  readonly tokens: { readonly client: string; readonly admin: string; readonly notify: string }
  readonly edges: readonly string[]
  readonly hosts: readonly string[]
  readonly trafficTailMs: number
}

/** Reads the configuration; throws one sentence that names every variable that is missing or wrong, never its value. */
export function readConfig(env: NodeJS.ProcessEnv): LabConfig {
  const parsed = environmentSchema.safeParse(env)
  if (!parsed.success) {
    const wrong = [...new Set(parsed.error.issues.map((issue) => issue.path.join('.')))]
    throw new Error(`these variables are missing or not valid: ${wrong.join(', ')} (see lab/README.md)`)
  }
  const values = parsed.data
  return {
    postgresUrl: values.RUNPROOF_LAB_POSTGRES,
    natsUrl: values.RUNPROOF_LAB_NATS,
    port: values.RUNPROOF_LAB_PORT,
    tokens: {
      client: values.RUNPROOF_LAB_TOKEN,
      admin: values.RUNPROOF_LAB_ADMIN_TOKEN,
      notify: values.RUNPROOF_LAB_NOTIFY_TOKEN,
    },
    edges: values.RUNPROOF_LAB_EDGES,
    hosts: values.RUNPROOF_LAB_HOSTS,
    trafficTailMs: values.RUNPROOF_LAB_TRAFFIC_TAIL_MS,
  }
}
