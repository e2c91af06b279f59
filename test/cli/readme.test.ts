import { existsSync, readFileSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { EXIT } from '../../engine/cli/exit.ts'
import { readConfig } from '../../engine/host/config.ts'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const readme = read('README.md')

function read(path: string): string {
  return readFileSync(join(ROOT, path), 'utf8')
}

/** The blocks of code in one language. */
function blocks(language: string): string[] {
  return [...readme.matchAll(new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\`$`, 'gms'))].map(([, block = '']) => block)
}

test.each(['README.md', 'engine/README.md', 'CHANGELOG.md'])('what %s links to is there', (page) => {
  const links = [...read(page).matchAll(/\]\(([^)#]+)\)/g)].map(([, target = '']) => target)
  expect(links.length).toBeGreaterThan(0)
  const local = links.filter((target) => !target.startsWith('https://'))
  expect(local.filter((target) => !existsSync(join(ROOT, dirname(page), target)))).toEqual([])
})

test('the runbook on the first screen is a part of the one that it links to', () => {
  const [step = ''] = blocks('yaml')
  expect(step).toContain('do: platform.rollbackRouteOwner')
  expect(read('runbooks/bad-deploy.yaml')).toContain(step)
})

test('the whole runproof.yaml that it shows is one, and shows every key', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'runproof-readme-'))
  const [, whole = ''] = blocks('yaml')
  await writeFile(join(folder, 'runproof.yaml'), whole)
  const shown = readConfig(folder)
  expect(shown.connections['platform']).toEqual({
    url: 'https://platform.example.com',
    token: { env: 'PLATFORM_TOKEN' },
    allowPrivate: false,
  })
  const keys = Object.keys(readConfig(tmpdir()))
  expect(keys.filter((key) => !new RegExp(`^${key}:`, 'm').test(whole))).toEqual([])
  await rm(folder, { recursive: true })
})

test('the exit codes are those of the table', () => {
  const listed = [...readme.matchAll(/^\| (\d+) \| /gm)].map(([, code]) => Number(code))
  expect(listed).toEqual(Object.values(EXIT))
})

test('the first screen is within sixty lines, the whole within 120', () => {
  expect(readme.split('\n').indexOf('## Two commands')).toBeLessThanOrEqual(60)
  expect(readme.split('\n').length).toBeLessThanOrEqual(121)
})
