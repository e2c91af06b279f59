import { once } from 'node:events'
import { createServer, connect, type AddressInfo } from 'node:net'

export const LOOPBACK = '127.0.0.1'

const handedOut = new Set<number>()

/** A port of 127.0.0.1 on which nothing listens; the same one is never given twice by one process. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, LOOPBACK)
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  if (handedOut.has(port)) return freePort()
  handedOut.add(port)
  return port
}

/** What a server says by itself when it is connected to, up to `\n`; throws when nothing listens or says a line in time. */
export async function greeting(host: string, port: number): Promise<string> {
  const socket = connect({ host, port })
  try {
    const signal = AbortSignal.timeout(2_000)
    let text = ''
    while (!text.includes('\n')) text += String((await once(socket, 'data', { signal }))[0])
    return text.slice(0, text.indexOf('\n'))
  } finally {
    socket.destroy()
  }
}

/** Throws when nothing listens there. */
export async function reach(host: string, port: number): Promise<void> {
  const socket = connect({ host, port })
  try {
    await once(socket, 'connect', { signal: AbortSignal.timeout(2_000) })
  } finally {
    socket.destroy()
  }
}
