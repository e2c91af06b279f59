import { readConfig } from './config.ts'
import { openLab, type OpenLab } from './open-lab.ts'

/** The lab as a process: one line of JSON when it is ready; told to stop, also while it opens, it removes what it made. */
async function main(): Promise<void> {
  const opening = openLab(readConfig(process.env))
  closeWhenTold(opening)
  const { url, database, stream } = await opening
  const urls = { url, prometheusUrl: `${url}/prometheus`, adminUrl: `${url}/admin`, notifyUrl: `${url}/admin/webhooks` }
  process.stdout.write(`${JSON.stringify({ ready: true, ...urls, database, stream })}\n`)
}

/** By SIGINT or SIGTERM, or because the parent is gone: then its end of our standard input is closed. */
function closeWhenTold(opening: Promise<OpenLab>): void {
  let closing: Promise<void> | undefined
  const close = () => {
    closing ??= opening.then((lab) => lab.close()).then(() => process.exit(0), fail)
  }
  process.on('SIGINT', close)
  process.on('SIGTERM', close)
  if (process.env['RUNPROOF_LAB_PARENT'] === 'stdin') process.stdin.once('end', close).resume()
}

function fail(cause: unknown): never {
  process.stderr.write(`lab: ${sentence(cause)}\n`)
  process.exit(1)
}

/** What went wrong, and why; never a stack. */
function sentence(cause: unknown): string {
  if (!(cause instanceof Error)) return String(cause)
  const { message, cause: reason } = cause
  return reason === undefined ? message : `${message}: ${sentence(reason)}`
}

main().catch(fail)
