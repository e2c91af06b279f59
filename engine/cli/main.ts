import { endWith } from './end.ts'
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

/** What was written to a pipe may still be under way: an exit before it has arrived would cut the result off. */
async function arrived(stream: NodeJS.WriteStream): Promise<void> {
  await new Promise<void>((resolve) => stream.write('', () => resolve()))
}

// A reader such as `head` may close the pipe before all is written.
process.stdout.on('error', (error: NodeJS.ErrnoException) => endWith(error.code === 'EPIPE' ? 0 : 70))
const exitCode = await main(process.argv.slice(2))
await Promise.all([arrived(process.stdout), arrived(process.stderr)])
endWith(exitCode)
