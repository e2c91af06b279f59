/** The statements of both stores. `now` is the store's own clock in milliseconds: no worker's clock decides an expiry. */
export const statements = (now: string) => ({
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
        WHEN runproof_leases.holder = $2 AND runproof_leases.expires > ${now} THEN runproof_leases.token
        ELSE runproof_leases.token + 1
      END,
      holder = $2,
      expires = ${now} + $3
    WHERE runproof_leases.holder IS NULL OR runproof_leases.holder = $2 OR runproof_leases.expires <= ${now}
    RETURNING token`,
  holder: 'SELECT holder FROM runproof_leases WHERE resource = $1',
  renew: `
    UPDATE runproof_leases SET expires = ${now} + $3
    WHERE resource = $1 AND holder = $2 AND expires > ${now}
    RETURNING resource`,
  release: 'UPDATE runproof_leases SET holder = NULL, expires = 0 WHERE holder = $1',
  holders: `SELECT DISTINCT holder FROM runproof_leases WHERE holder IS NOT NULL AND expires > ${now} ORDER BY holder`,
})
