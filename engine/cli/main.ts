import { endWith } from './end.ts'
import { EXIT } from './exit.ts'
import { reportFailure } from './failure.ts'
import { programOf } from './program.ts'
import { unwritten } from './system-failure.ts'

/** The command line: parse, carry out one command, end with its exit code. Only `--debug` shows a stack. */
async function main(args: readonly string[]): Promise<number> {
  const debug = args.includes('--debug')
  try {
    return await programOf(args)
  } catch (error) {
    return reportFailure(error, { debug })
  }
}

/** What was written to a pipe may still be under way: an exit before it has arrived would cut the result off. */
async function arrived(stream: NodeJS.WriteStream): Promise<void> {
  await new Promise<void>((resolve) => stream.write('', () => resolve()))
}

/** What kept the result from being written. A reader such as `head` may close the pipe before all is: that is no failure. */
let lost: NodeJS.ErrnoException | undefined
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') lost ??= error
})
// Who closed it does not want to know; what the command does, and its exit code, are not changed by that.
process.stderr.on('error', () => undefined)
const exitCode = await main(process.argv.slice(2))
await arrived(process.stdout)
const unshown = lost !== undefined && exitCode === EXIT.ok ? reportFailure(unwritten(lost), { debug: false }) : exitCode
await arrived(process.stderr)
endWith(unshown)
