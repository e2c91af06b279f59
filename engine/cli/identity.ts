import { hostname, userInfo } from 'node:os'
import type { Identity } from '../../schemas/run.ts'

/** Who types: the operating system's user and host, never a flag or a variable (G26). */
export function identity(): Identity {
  return { user: userInfo().username, host: hostname(), assurance: 'self-asserted' }
}

/** The same as one word, for records of stops. */
export function signature(): string {
  const { user, host } = identity()
  return `${user}@${host}`
}
