import type { Queries } from '../database/transaction.ts'
import { PlatformProblem } from '../http/problem.ts'

/** Resources with the tokens of the leases on them, sorted by name. */
export type Fencing = readonly (readonly [resource: string, token: number])[]

/** The tokens of a `Fencing-Token` header that the contract admits. */
export function tokensIn(header: string): Fencing {
  const tokens = header.split(', ').map((part) => {
    const at = part.lastIndexOf('=')
    return [nameIn(part.slice(0, at)), Number(part.slice(at + 1))] as const
  })
  return tokens.sort(([a], [b]) => (a < b ? -1 : 1))
}

function nameIn(encoded: string): string {
  try {
    return encoded.split('/').map(decodeURIComponent).join('/')
  } catch {
    throw new PlatformProblem('bad-request', 'the fencing token is not validly encoded')
  }
}

/** Keeps each token as the newest of its resource until the transaction ends, and for good; throws where a newer one was seen. */
export async function passFence(tx: Queries, fencing: Fencing): Promise<void> {
  for (const [resource, token] of fencing) {
    const { rowCount } = await tx.query(
      `INSERT INTO fences AS f (resource, token) VALUES ($1, $2)
       ON CONFLICT (resource) DO UPDATE SET token = excluded.token WHERE f.token <= excluded.token`,
      [resource, token],
    )
    if (rowCount === 0)
      throw new PlatformProblem(
        'fencing-token-stale',
        `a newer holder of ${resource} was here: ${token} is not its token`,
      )
  }
}
