import { bundleWorkflowCode, DefaultLogger, makeTelemetryFilterString, Runtime } from '@temporalio/worker'
import { BUNDLING, WORKFLOWS } from '../../engine/host/workflow-bundle.ts'

/** Bundles a workflow as the worker does. */
export async function bundle(workflowsPath = WORKFLOWS): Promise<{ readonly code: string }> {
  return bundleWorkflowCode({ workflowsPath, ...BUNDLING, logger: new DefaultLogger('ERROR') })
}

/** Lets the SDK speak of errors only; once in a process, before any worker. A replay that must fail warns of it. */
export function quietRuntime(): void {
  const filter = makeTelemetryFilterString({ core: 'ERROR', other: 'ERROR' })
  Runtime.install({ logger: new DefaultLogger('ERROR'), telemetryOptions: { logging: { filter } } })
}

/** The modules of a bundle, by their path from the root of the repository, sorted; what webpack leaves out has no path. */
export function modulesIn({ code }: { readonly code: string }): string[] {
  return [...code.matchAll(/^\/\*{3}\/ "(?:\.\/)?([^"?][^"]*)"/gm)].map(([, path = '']) => path).sort()
}
