import { existsSync } from 'node:fs'
import { readFile, writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { beforeAll, describe, expect, test } from 'vitest'
import { bundle, modulesIn } from './bundle.ts'

const LIST = fileURLToPath(new URL('../workflow-modules.txt', import.meta.url))

/** What has no place in the sandbox: schemas and parsers, actions, evidence, Node itself. */
const FOREIGN = /node_modules\/(zod|yaml|ajv|handlebars|protobufjs)\/|(^|\/)(actions|evidence)\/|node:/

describe('the bundle of the workflow', () => {
  let code: string
  let modules: string[]

  beforeAll(async () => {
    code = (await bundle()).code
    modules = modulesIn({ code })
  }, 60_000)

  test('holds the interpreter', () => {
    expect(modules).toContain('engine/workflow/index.ts')
    expect(modules).toContain('engine/core/carry-out.ts')
  })

  test('holds no schema library, no parser, no action, no evidence and nothing of Node', () => {
    expect(modules.filter((path) => FOREIGN.test(path))).toEqual([])
    expect(code).not.toMatch(/(require\(|from |import\()\s*["']node:/)
  })

  test('holds exactly the modules that are listed', async () => {
    const found = `${modules.join('\n')}\n`
    if (process.env['UPDATE'] === '1') await writeFile(LIST, found)
    if (!existsSync(LIST)) throw new Error(`${LIST} is missing: write it with UPDATE=1`)
    expect(found).toBe(await readFile(LIST, 'utf8'))
  })
})

test('a schema library in a bundle is seen', async () => {
  const modules = modulesIn(await bundle(fileURLToPath(new URL('with-schemas.ts', import.meta.url))))
  expect(modules.filter((path) => FOREIGN.test(path))).toContain('node_modules/zod/v4/core/schemas.js')
})
