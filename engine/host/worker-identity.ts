import { hostname } from 'node:os'

/** By what Temporal knows a worker: its process, its machine, and the catalogue that it has opened. */
export function workerIdentity(catalogueDigest: string): string {
  return `${process.pid}@${hostname()} ${catalogueDigest}`
}

/** The digest of the catalogue that the worker of this identity has opened; undefined where it says none. */
export function catalogueOf(identity: string): string | undefined {
  return / (sha256:[0-9a-f]{64})$/.exec(identity)?.[1]
}
