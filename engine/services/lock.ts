import { createHash } from 'node:crypto'
import { createServer, type Server } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'

/**
 * Does the work while no other process of this machine does work of the same name. The lock is a name in Linux's
 * abstract socket namespace: the kernel gives it back when its holder dies, so there is no stale lock to judge.
 */
export async function alone<T>(name: string, work: () => Promise<T>): Promise<T> {
  const lock = await take(name)
  try {
    return await work()
  } finally {
    lock.close()
  }
}

async function take(name: string): Promise<Server> {
  const address = `\0runproof-${createHash('sha256').update(name).digest('hex')}`
  for (;;) {
    const server = await listen(address)
    if (server !== undefined) return server
    await sleep(200)
  }
}

function listen(address: string): Promise<Server | undefined> {
  const { promise, resolve, reject } = Promise.withResolvers<Server | undefined>()
  const server = createServer((socket) => socket.destroy())
  server.once('listening', () => resolve(server))
  server.once('error', (error: NodeJS.ErrnoException) =>
    error.code === 'EADDRINUSE' ? resolve(undefined) : reject(error),
  )
  server.listen(address)
  return promise
}
