import { hostname } from 'node:os'
import type { Client } from '@temporalio/client'
import { errorCode } from '../../evidence/errors.ts'

/** By what Temporal knows a worker: its process, its machine, and the catalogue that it has opened. */
export function workerIdentity(catalogueDigest: string): string {
  return `${process.pid}@${hostname()} ${catalogueDigest}`
}

/** The processes among these workers that say that they have opened another catalogue than the one of this digest. */
export function ofOtherCatalogues(identities: readonly string[], digest: string): string[] {
  return identities.flatMap((identity) => {
    const [, process = '', opened = ''] = /^(\S+) (sha256:[0-9a-f]{64})$/.exec(identity) ?? []
    return opened === '' || opened === digest ? [] : [process]
  })
}

/** So long somebody who asks for work is taken to be there. */
const HEARD_MS = 90_000

/** For activities, not for workflow tasks. */
const ACTIVITIES = 2

/** The identities of those who asked for work at a queue a short while ago, by Temporal's clock. */
export async function pollersAt(client: Client, queue: string, now: number): Promise<string[]> {
  const { pollers } = await client.workflowService.describeTaskQueue({
    namespace: client.options.namespace,
    taskQueue: { name: queue },
    taskQueueType: ACTIVITIES,
  })
  const heard = (pollers ?? []).filter(
    ({ lastAccessTime }) => Number(lastAccessTime?.seconds ?? 0) * 1000 > now - HEARD_MS,
  )
  return heard.map(({ identity }) => identity ?? '').filter((identity) => !hasEnded(identity))
}

/** Temporal goes on telling of a process that has ended; of one of this machine, the machine knows better. */
function hasEnded(identity: string): boolean {
  const [, pid = '', host = ''] = /^(\d+)@(\S+) /.exec(identity) ?? []
  return host === hostname() && !isThere(Number(pid))
}

/** Also one of another user, of which this user may not even read that it is there. */
function isThere(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch (error) {
    return errorCode(error) !== 'ESRCH'
  }
}
