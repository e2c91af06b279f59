import { fileURLToPath } from 'node:url'
import type { BundleOptions } from '@temporalio/worker'

/** The file whose exports are the workflows of a worker. */
export const WORKFLOWS = fileURLToPath(new URL('../workflow/index.ts', import.meta.url))

type Webpack = Parameters<NonNullable<BundleOptions['webpackConfigHook']>>[0]

/**
 * How workflows are bundled. Node has all of the language: nothing is rewritten for older engines, as the SDK would have it, which made
 * each spread of an object a loop in our own code.
 */
export const BUNDLING = {
  ignoreModules: [],
  webpackConfigHook: (config: Webpack): Webpack => {
    for (const options of compilersIn(config)) options.jsc.target = 'es2024'
    return config
  },
} satisfies Partial<BundleOptions>

interface Swc {
  readonly jsc: { target: string }
}

/** The options of each rule that compiles TypeScript. Throws where the SDK has none any more. */
function compilersIn({ module }: Webpack): Swc[] {
  const found = (module?.rules ?? []).flatMap((rule) => {
    const use = typeof rule === 'object' && rule !== null ? rule.use : undefined
    const options = typeof use === 'object' && 'options' in use ? use.options : undefined
    return typeof options === 'object' && 'jsc' in options ? [options as unknown as Swc] : []
  })
  if (found.length === 0)
    throw new Error('the bundler of Temporal compiles TypeScript in another way than this was written for')
  return found
}
