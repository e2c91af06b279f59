import { ThreadedVMWorkflowCreator } from '@temporalio/worker/lib/workflow/threaded-vm.js'
import { tuneWorkflowThreads } from '../../../engine/host/workflow-threads.ts'

/**
 * Starts a thread for workflows, as the SDK does, with a bundle that is given as its code, and asks it for a workflow. Prints what
 * becomes of that; `--tuned` tunes the thread first, and prints `it hangs` where it does.
 */
const [code = '', tuned] = process.argv.slice(2)
const LIMIT_MS = 300

if (tuned === '--tuned') tuneWorkflowThreads(() => end('it hangs'))
const bundle = {
  code: `/* globalThis.__webpack_module_cache__ */ ${code}`,
  filename: 'bundle.js',
  sourceMap: { version: 3, sources: [], names: [], mappings: '' },
}
const options = { threadPoolSize: 1, isolateExecutionTimeoutMs: LIMIT_MS, reuseV8Context: true }
ThreadedVMWorkflowCreator.create({
  ...options,
  workflowBundle: bundle as never,
  registeredActivityNames: new Set<string>(),
  logger: { trace: () => undefined, error: () => undefined } as never,
})
  .then(async (creator) => creator.createWorkflow({ info: { runId: 'run', unsafe: {} } } as never))
  .then(
    () => end('made'),
    (error: unknown) => end(error instanceof Error ? error.message : String(error)),
  )

function end(said: string): never {
  process.stdout.write(`${said}\n`)
  process.exit()
}
