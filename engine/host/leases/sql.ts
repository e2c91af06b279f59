/** By which clock a store says what is over, and how far ahead of it the end of a lease can be. */
export interface StoreClock {
  /** SQL for the time in milliseconds: no worker's own clock decides an expiry. */
  readonly now: string
  /** A lease that ends later than this was not taken by this clock. */
  readonly longestMs?: number
}

/** The statements of both stores. */
export const statements = (clock: StoreClock) => {
  const { now } = clock
  return {
    make: `
    CREATE TABLE IF NOT EXISTS runproof_leases (
      resource TEXT PRIMARY KEY,
      holder TEXT,
      token BIGINT NOT NULL,
      expires BIGINT NOT NULL
    )`,
    /** Touches no row where somebody else has the resource. */
    take: `
    INSERT INTO runproof_leases (resource, holder, token, expires)
    VALUES ($1, $2, 1, ${now} + $3)
    ON CONFLICT (resource) DO UPDATE SET
      token = CASE
        WHEN runproof_leases.holder = $2 AND NOT ${isOver('runproof_leases.expires', clock)} THEN runproof_leases.token
        ELSE runproof_leases.token + 1
      END,
      holder = $2,
      expires = ${now} + $3
    WHERE runproof_leases.holder IS NULL OR runproof_leases.holder = $2 OR ${isOver('runproof_leases.expires', clock)}
    RETURNING token`,
    holder: 'SELECT holder FROM runproof_leases WHERE resource = $1',
    renew: `
    UPDATE runproof_leases SET expires = ${now} + $3
    WHERE resource = $1 AND holder = $2 AND NOT ${isOver('expires', clock)}
    RETURNING resource`,
    release: 'UPDATE runproof_leases SET holder = NULL, expires = 0 WHERE holder = $1',
    holders: `
    SELECT DISTINCT holder FROM runproof_leases
    WHERE holder IS NOT NULL AND NOT ${isOver('expires', clock)} ORDER BY holder`,
  }
}

function isOver(expires: string, { now, longestMs }: StoreClock): string {
  const past = `${expires} <= ${now}`
  return longestMs === undefined ? `(${past})` : `(${past} OR ${expires} > ${now} + ${longestMs})`
}
