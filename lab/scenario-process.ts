import { readFile } from 'node:fs/promises'
import { parse } from 'yaml'
import { startNats, startPostgres } from '../engine/services/index.ts'
import { happeningSchemas } from './happenings/schemas.ts'
import { startLab } from './start-lab.ts'
import type { Lab } from './start-lab.ts'

/**
 * The practice platform with the servers that it needs, for whoever tries scenarios on it. A process of its own, since nothing of
 * Runproof imports the lab: it says over its channel what it does and, once, where everything is; it ends with that channel.
 */
const opened: { stop(): Promise<void> }[] = []
let closing: Promise<void> | undefined

/** The series of a digest are gone so soon after its traffic: a scenario waits for it. */
const TRAFFIC_TAIL_MS = 500

async function main(): Promise<void> {
  const postgres = await keep(startPostgres({ say }))
  const nats = await keep(startNats({ say }))
  const lab = await keep(startLab({ postgresUrl: postgres.url, natsUrl: nats.url, trafficTailMs: TRAFFIC_TAIL_MS }))
  process.send?.({ ready: { ...addressesOf(lab), happenings: Object.keys(happeningSchemas), policy: await policy() } })
}

/** What is up is taken down at the end, also where the end comes while it starts. */
async function keep<S extends { stop(): Promise<void> }>(starting: Promise<S>): Promise<S> {
  const service = await starting
  opened.push(service)
  if (closing !== undefined) await service.stop()
  return service
}

function addressesOf({ url, token, prometheusUrl, adminUrl, adminToken, notifyUrl, notifyToken }: Lab): object {
  return { url, token, prometheusUrl, adminUrl, adminToken, notifyUrl, notifyToken }
}

/** The policy values that fit a platform which lives faster than a real one. */
async function policy(): Promise<unknown> {
  const { values } = parse(await readFile(new URL('policy.yaml', import.meta.url), 'utf8')) as { values: unknown }
  return values
}

function say(line: string): void {
  process.send?.({ say: line })
}

function close(code: number): void {
  closing ??= closeAll().then(() => process.exit(code))
}

async function closeAll(): Promise<void> {
  for (const service of opened.splice(0).reverse()) await service.stop().catch(() => undefined)
}

process.once('disconnect', () => close(0))
process.on('SIGTERM', () => close(0))
main().catch((error: unknown) => {
  if (process.connected) process.send?.({ failed: error instanceof Error ? error.message : String(error) })
  close(1)
})
