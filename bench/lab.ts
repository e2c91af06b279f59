import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

/** The practice platform, as a process that is reached over HTTP alone. */
export interface Lab {
  readonly url: string
  readonly prometheusUrl: string
  readonly adminUrl: string
  readonly notifyUrl: string
  readonly tokens: { readonly client: string; readonly admin: string; readonly notify: string }
  stop(): Promise<void>
}

type Urls = Pick<Lab, 'url' | 'prometheusUrl' | 'adminUrl' | 'notifyUrl'>

/** Starts the practice platform; it ends by itself when this process is gone. */
export async function startLab(servers: { readonly postgresUrl: string; readonly natsUrl: string }): Promise<Lab> {
  const tokens = { client: newToken(), admin: newToken(), notify: newToken() }
  const child = spawn(process.execPath, [fileURLToPath(new URL('../lab/main.ts', import.meta.url))], {
    env: {
      PATH: process.env['PATH'],
      RUNPROOF_LAB_POSTGRES: servers.postgresUrl,
      RUNPROOF_LAB_NATS: servers.natsUrl,
      RUNPROOF_LAB_TOKEN: tokens.client,
      RUNPROOF_LAB_ADMIN_TOKEN: tokens.admin,
      RUNPROOF_LAB_NOTIFY_TOKEN: tokens.notify,
      RUNPROOF_LAB_PARENT: 'stdin',
    },
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  const closed = once(child, 'close')
  const lines = createInterface({ input: child.stdout })
  const line = await Promise.race([once(lines, 'line'), closed.then(() => undefined)])
  if (line === undefined) throw new Error('the practice platform did not start')
  const stop = async (): Promise<void> => {
    child.kill('SIGTERM')
    await closed
  }
  return { ...(JSON.parse(String(line[0])) as Urls), tokens, stop }
}

function newToken(): string {
  return randomBytes(24).toString('base64url')
}
