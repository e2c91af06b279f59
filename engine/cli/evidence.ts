import { resolve } from 'node:path'
import { readBag } from '../../evidence/bag-folder.ts'
import { openStore } from '../../evidence/store.ts'
import { loadTrust, trustKey } from '../../evidence/trust.ts'
import { verificationText } from '../../evidence/verify-text.ts'
import { verify } from '../../evidence/verify.ts'
import type { VerifyOptions } from '../../evidence/verify.ts'
import { readConfig } from '../host/config.ts'
import { echoedPath } from '../host/echo.ts'
import { OperatorError } from '../host/operator-error.ts'
import { isRunId } from './arguments.ts'
import { EXIT } from './exit.ts'
import type { Exit } from './exit.ts'
import { isFolder } from './is-folder.ts'
import type { Call } from './program.ts'
import { sealedRuns } from './sealed-runs.ts'
import { plain, print, printJson } from './terminal.ts'
import { table } from './view/table.ts'

interface Trusting {
  readonly trust?: string
  readonly key?: string
  readonly json?: true
}

/** Verifies a bundle. Without a key to trust it can be found whole, and never verified (G28). */
export async function verifyEvidence({ folder, args, options }: Call<Trusting>): Promise<Exit> {
  const { bundle, runId } = bundleOf(args[0] ?? '', folder)
  const result = verify(await readBag(bundle), {
    ...(await trustOf(options)),
    ...(runId === undefined ? {} : { runId }),
  })
  if (options.json === true) printJson(result)
  else for (const line of verificationText(result)) print(line)
  return result.verdict === 'verified' ? EXIT.ok : EXIT.evidenceWrong
}

/** A folder is a bundle; any other word is a run, whose bundle must then be of that run. */
function bundleOf(named: string, folder: string): { bundle: string; runId?: string } {
  if (isFolder(resolve(named))) return { bundle: resolve(named) }
  const bundle = isRunId(named) ? openStore(readConfig(folder).evidence).bundlePath(named) : undefined
  if (bundle !== undefined && isFolder(bundle)) return { bundle, runId: named }
  throw new OperatorError(
    'RP0501',
    `there is no bundle ${echoedPath(named)}, and no sealed run of this id`,
    'list them: runproof evidence list',
  )
}

async function trustOf({ trust, key }: Trusting): Promise<Pick<VerifyOptions, 'trust'>> {
  if (trust !== undefined && key !== undefined)
    throw new OperatorError('RP0002', '--trust and --key exclude each other', 'give one of them')
  if (trust !== undefined) return { trust: await loadTrust(resolve(trust)) }
  return key === undefined ? {} : { trust: await trustKey(resolve(key)) }
}

/** Lists the sealed bundles. */
export async function listEvidence({ folder, options }: Call<{ json?: true }>): Promise<Exit> {
  const sealed = await sealedRuns(folder)
  if (options.json === true) printJson(sealed)
  else if (sealed.length === 0) print('there is no sealed bundle yet')
  else {
    const rows = sealed.map(({ runId, as, finishedAt, bundle }) =>
      [runId, as, finishedAt.replace(/\.\d+Z$/, 'Z'), bundle].map(plain),
    )
    for (const line of table(['RUN', 'OUTCOME', 'FINISHED', 'BUNDLE'], rows)) print(line)
  }
  return EXIT.ok
}
