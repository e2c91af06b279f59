import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'

/** Loaded before a command: its time of day is that of this machine and CLOCK_AHEAD_MS. */
const SHIFTED = `
const Real = Date
const ahead = Number(process.env.CLOCK_AHEAD_MS)
globalThis.Date = class extends Real {
  constructor(...given) {
    if (given.length === 0) super(Real.now() + ahead)
    else super(...given)
  }
  static now() {
    return Real.now() + ahead
  }
}
`

/** Variables with which a command is carried out as on a machine whose clock goes so far ahead. */
export async function clockAhead(folder: string, aheadMs: number): Promise<NodeJS.ProcessEnv> {
  const file = join(folder, 'shifted.mjs')
  await writeFile(file, SHIFTED)
  return { NODE_OPTIONS: `--import=${file}`, CLOCK_AHEAD_MS: String(aheadMs) }
}
