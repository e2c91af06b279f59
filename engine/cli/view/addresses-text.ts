import { relative } from 'node:path'
import type { Addresses } from '../up/installation.ts'
import { paint } from '../terminal.ts'

/** Where to look, now that everything runs. */
export function addressesText(
  { server, temporalUi }: Addresses,
  { folder, tokenFile }: { folder: string; tokenFile: string },
): string[] {
  return [
    `${paint('green', 'ready')} in ${folder}`,
    ...(temporalUi === undefined ? [] : [`  runs     ${temporalUi}  (Temporal's own view)`]),
    `  alerts   ${server}/v1/alerts  (bearer token: ${relative(folder, tokenFile)})`,
    `  metrics  ${server}/metrics`,
    '  start a run in another terminal: runproof run <runbook>; Ctrl-C stops everything here',
  ]
}
