import type { Reply } from './http/reply.ts'
import type { Platform } from './platform.ts'

interface Row {
  environment: string
  app: string
  version: number
  digest: string
  epoch: number
  frozen: boolean
}

/** A page for people: who owns which route, and which environments are frozen. */
export async function statusPage({ pool, faults }: Platform): Promise<Reply> {
  const { rows } = await pool.query<Row>(
    `SELECT o.environment, o.app, a.version, o.digest, o.epoch,
            EXISTS (SELECT 1 FROM freezes f WHERE f.environment = o.environment AND f.expires_at > clock_timestamp()) AS frozen
     FROM route_owners o JOIN artifacts a USING (digest) ORDER BY o.environment, o.app`,
  )
  const html = `<!doctype html><title>Practice platform</title><h1>Practice platform</h1><table border="1">
<tr><th>environment<th>app<th>version<th>digest<th>epoch<th>promotions</tr>
${rows.map(rowOf).join('\n')}
</table><p>Faults switched on: ${faults.list().length}</p>\n`
  return { status: 200, headers: { 'content-type': 'text/html; charset=utf-8' }, body: html }
}

/** Ids and digests are of a form that needs no escaping: the contract and the admin API hold them to it. */
function rowOf({ environment, app, version, digest, epoch, frozen }: Row): string {
  const cells = [environment, app, version, digest.slice(0, 19), epoch, frozen ? 'frozen' : 'admitted']
  return `<tr><td>${cells.join('<td>')}</tr>`
}
