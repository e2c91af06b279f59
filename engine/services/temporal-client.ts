import { Connection } from '@temporalio/client'
import { msToTs } from '@temporalio/common/lib/time.js'
import { setTimeout as sleep } from 'node:timers/promises'
import { reach } from './ports.ts'
import { withProgress } from './progress.ts'
import type { Say } from './service.ts'

const TYPES = { Text: 1, Keyword: 2, Int: 3, Datetime: 6 } as const
const ALREADY_EXISTS = 6
const CALL_MS = 5_000
const DEADLINE_MS = 60_000

/** Names and types of search attributes. */
export type SearchAttributes = Readonly<Record<string, keyof typeof TYPES>>

/** The version of the server, once runs can be listed in the namespace; throws before. */
export async function serverVersion(address: string, namespace: string): Promise<string> {
  const [host = '', port] = address.split(':')
  // The client of Temporal waits a second after a refused connection: so ask the port first.
  await reach(host, Number(port))
  return connected(address, async ({ workflowService }) => {
    await workflowService.listWorkflowExecutions({ namespace, pageSize: 1 })
    return (await workflowService.getSystemInfo({})).serverVersion ?? ''
  })
}

interface Wanted {
  readonly address: string
  readonly namespace: string
  readonly searchAttributes: SearchAttributes
  readonly say: Say
}

/** Makes namespace and search attributes where they are absent, waits until they can be used; gives the server's version. */
export async function makeNamespace({ address, namespace, searchAttributes, say }: Wanted): Promise<string> {
  await connected(address, async (connection) => {
    await register(connection, namespace)
  })
  const version = await withProgress(usable(address, namespace), `Temporal: making namespace ${namespace}`, say)
  await connected(address, (connection) => addSearchAttributes(connection, namespace, searchAttributes))
  return version
}

async function register({ workflowService }: Connection, namespace: string): Promise<void> {
  try {
    await workflowService.registerNamespace({ namespace, workflowExecutionRetentionPeriod: msToTs('3 days') })
  } catch (error) {
    if ((error as { code?: number }).code !== ALREADY_EXISTS) throw error
  }
}

async function addSearchAttributes({ operatorService }: Connection, namespace: string, wanted: SearchAttributes) {
  const { customAttributes } = await operatorService.listSearchAttributes({ namespace })
  const absent = Object.entries(wanted).filter(([name]) => !(name in (customAttributes ?? {})))
  if (absent.length === 0) return
  const searchAttributes = Object.fromEntries(absent.map(([name, type]) => [name, TYPES[type]]))
  await operatorService.addSearchAttributes({ namespace, searchAttributes })
}

/** A new namespace reaches all parts of a server within seconds, not at once. */
async function usable(address: string, namespace: string): Promise<string> {
  const deadline = performance.now() + DEADLINE_MS
  for (;;) {
    try {
      return await serverVersion(address, namespace)
    } catch (error) {
      if (performance.now() > deadline) throw error
    }
    await sleep(250)
  }
}

async function connected<T>(address: string, work: (connection: Connection) => Promise<T>): Promise<T> {
  const connection = await Connection.connect({ address, connectTimeout: CALL_MS })
  try {
    return await connection.withDeadline(Date.now() + CALL_MS, () => work(connection))
  } finally {
    await connection.close()
  }
}
