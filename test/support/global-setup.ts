import { randomBytes } from 'node:crypto'
import type { TestProject } from 'vitest/node'
import { startNats, startPostgres, startTemporal, type Service } from '../../engine/services/index.ts'
import type {} from './services.ts'

/** Starts the real servers once for all tests, tells where they are, and stops them at the end. */
export default async function startServices({ provide }: TestProject): Promise<() => Promise<void>> {
  const namespace = `runproof-test-${randomBytes(4).toString('hex')}`
  const starts = await Promise.allSettled([
    startTemporal({ say, namespace, uiPort: false }),
    startPostgres({ say }),
    startNats({ say }),
  ])
  const [temporal, postgres, nats] = starts
  const stop = () => stopAll(starts.flatMap((start) => (start.status === 'fulfilled' ? [start.value] : [])))
  if (temporal.status === 'rejected' || postgres.status === 'rejected' || nats.status === 'rejected') {
    await stop()
    throw new Error(
      starts.flatMap((start) => (start.status === 'rejected' ? [messageOf(start.reason)] : [])).join('\n'),
    )
  }
  provide('services', {
    temporal: { address: temporal.value.address, namespace },
    postgres: { url: postgres.value.url },
    nats: { url: nats.value.url },
  })
  return stop
}

async function stopAll(services: readonly Service[]): Promise<void> {
  await Promise.all(services.map((service) => service.stop()))
}

function say(line: string): void {
  console.error(line)
}

function messageOf(reason: unknown): string {
  return reason instanceof Error ? reason.message : String(reason)
}
