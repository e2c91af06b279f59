import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { CODES } from '../../engine/cli/codes.ts'

const ENGINE = fileURLToPath(new URL('../../engine', import.meta.url))

test('the table of codes has those that are used, each once, and no other', async () => {
  const files = (await readdir(ENGINE, { recursive: true })).filter(
    (name) => name.endsWith('.ts') && !name.endsWith('cli/codes.ts'),
  )
  const bin = await readFile(join(ENGINE, '..', 'bin', 'runproof.mjs'), 'utf8')
  const texts = [bin, ...(await Promise.all(files.map(async (name) => readFile(join(ENGINE, name), 'utf8'))))]
  const used = new Set(texts.flatMap((text) => text.match(/\bRP\d{4}\b/g) ?? []))
  expect([...used].sort()).toEqual(Object.keys(CODES).sort())
})
