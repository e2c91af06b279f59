import { fileURLToPath } from 'node:url'
import { bundleWorkflowCode, DefaultLogger } from '@temporalio/worker'

/** The file that the worker gives to Temporal. */
export const WORKFLOW = fileURLToPath(new URL('../../engine/workflow/index.ts', import.meta.url))

/** Bundles a workflow as the worker does. */
export async function bundle(workflowsPath = WORKFLOW): Promise<{ readonly code: string }> {
  return bundleWorkflowCode({ workflowsPath, ignoreModules: [], logger: new DefaultLogger('ERROR') })
}

/** The modules of a bundle, by their path from the root of the repository, sorted; what webpack leaves out has no path. */
export function modulesIn({ code }: { readonly code: string }): string[] {
  return [...code.matchAll(/^\/\*{3}\/ "(?:\.\/)?([^"?][^"]*)"/gm)].map(([, path = '']) => path).sort()
}
