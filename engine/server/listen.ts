import { once } from 'node:events'
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { OperatorError } from '../host/operator-error.ts'

/** Listens on this machine only; answers with the URL. Port 0 takes a free one. */
export async function listen(server: Server, port: number): Promise<string> {
  try {
    await once(server.listen(port, '127.0.0.1'), 'listening')
  } catch (error) {
    const { code = 'error' } = error as NodeJS.ErrnoException
    throw new OperatorError(
      'RP0404',
      `the server cannot listen on port ${port} (${code})`,
      'name another `server.port` in runproof.yaml; 0 takes a free one',
    )
  }
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

/** How long requests that are under way may take to be answered. */
const GRACE_MS = 10_000

/** Stops listening, answers what is under way, and cuts what is left after a while. */
export async function close(server: Server): Promise<void> {
  const closed = once(server, 'close')
  server.close()
  server.closeIdleConnections()
  const overdue = setTimeout(() => server.closeAllConnections(), GRACE_MS)
  await closed
  clearTimeout(overdue)
}
