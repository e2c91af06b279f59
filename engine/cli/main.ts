import { reportFailure } from './failure.ts'
import { programOf } from './program.ts'

/** The command line: parse, carry out one command, end with its exit code. Only `--debug` shows a stack. */
async function main(args: readonly string[]): Promise<number> {
  const debug = args.includes('--debug')
  try {
    return await programOf(args)
  } catch (error) {
    return reportFailure(error, { debug })
  }
}

// A reader such as `head` may close the pipe before all is written.
process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 70))
process.exit(await main(process.argv.slice(2)))
