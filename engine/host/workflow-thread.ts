import { workerData } from 'node:worker_threads'
import type { MessagePort } from 'node:worker_threads'
import { ReusableVMWorkflowCreator } from '@temporalio/worker/lib/workflow/reusable-vm.js'
import { globalHandlers } from '@temporalio/worker/lib/workflow/vm-shared.js'

/**
 * Loaded in the thread of workflows before the SDK's own program. The SDK guards a thread against workflows of anybody; in ours runs one
 * interpreter, and what that guard does for each promise and each call was a fifth of a workflow task.
 */

/** So often the thread says that it is alive. */
const ALIVE_MS = 1_000

keepNoStacks()
callWithoutLimit()
sayAlive((workerData as { readonly alive: MessagePort }).alive)

/** The SDK hooks into every promise, to keep its stack; it takes these handlers for set. */
function keepNoStacks(): void {
  globalHandlers.installed = true
}

/** Node starts and ends a thread of its own for each call with a limit of time. Whoever hears no more of this thread ends the process. */
function callWithoutLimit(): void {
  const create = ReusableVMWorkflowCreator.create.bind(ReusableVMWorkflowCreator)
  // `node:vm`, to which the SDK hands the limit on, takes none as well.
  const none = undefined as unknown as number
  ReusableVMWorkflowCreator.create = async (bundle, _limit, ...rest) => create(bundle, none, ...rest) as Promise<never>
}

function sayAlive(port: MessagePort): void {
  const say = (): void => port.postMessage(true)
  say()
  setInterval(say, ALIVE_MS).unref()
}
