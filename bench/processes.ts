import { Child } from './child.ts'
import type { ChildSpec } from './child.ts'
import type { Closing } from './closing.ts'
import type { Lab } from './lab.ts'
import { say } from './say.ts'

/** The workers, and where the webhook is. Runproof's sealing process runs beside them. */
export interface Processes {
  /** Runproof's own worker. */
  readonly worker: Child
  /** One whose bundle holds a workflow that returns at once. */
  readonly empty: Child
  readonly serverUrl: string
}

/** Task queues of the workers without Runproof. */
export const BARE_QUEUES = { steps: 'bench-steps', rollbacks: 'bench-rollbacks', empty: 'bench-empty' } as const

interface Surroundings {
  readonly lab: Lab
  readonly folder: string
  readonly address: string
  readonly namespace: string
}

/** Starts Runproof as `runproof up` does, and two workers without it. */
export async function startProcesses(around: Surroundings, closing: Closing): Promise<Processes> {
  say('starting the processes of Runproof, and the workers without it; usually under 20 seconds')
  const start = async (program: Pick<ChildSpec, 'file' | 'probed'>, more: readonly string[] = []): Promise<Child> => {
    const args = ['--address', around.address, '--namespace', around.namespace, ...more]
    const child = await Child.start({ ...program, folder: around.folder, args, env: environmentFor(around.lab) })
    closing.after(async () => child.stop())
    return child
  }
  // The worker first: it makes the keys that the others read.
  const worker = await start({ file: 'engine/host/worker-process.ts', probed: true })
  await start({ file: 'engine/host/sealing-process.ts' })
  const server = await start({ file: 'engine/server/server-process.ts' })
  const bare = { file: 'bench/bare-worker-process.ts', probed: true }
  const { steps, rollbacks } = BARE_QUEUES
  await start(bare, ['--queue', steps, '--rollbacks', rollbacks, '--workflows', 'bare-workflow.ts'])
  const empty = await start(bare, ['--queue', BARE_QUEUES.empty, '--workflows', 'empty-workflow.ts'])
  return { worker, empty, serverUrl: (server.said as { url: string }).url }
}

/** Named variables only: nothing of this process reaches the others by chance. */
function environmentFor({ url, tokens }: Lab): NodeJS.ProcessEnv {
  const { PATH, HOME, TMPDIR } = process.env
  const places = { LAB_TOKEN: tokens.client, LAB_NOTIFY_TOKEN: tokens.notify, BENCH_PLATFORM_URL: url }
  return { PATH, HOME, ...(TMPDIR === undefined ? {} : { TMPDIR }), ...places }
}
