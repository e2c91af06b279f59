import { cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { execa } from 'execa'
import { expect, onTestFinished, test } from 'vitest'

const root = fileURLToPath(new URL('../../', import.meta.url))
const COPIED = ['actions', 'bin', 'engine', 'evidence', 'runbooks', 'schemas', 'test/actions-pure']
const SINGLE = ['package.json', 'tsconfig.json', 'vitest.config.ts']

test('whoever follows actions/README.md in an empty folder, to the letter, ends with two more actions', async () => {
  const folder = await copyOfTheProject()
  const page = await readFile(join(folder, 'actions/README.md'), 'utf8')
  for (const [, file = '', code = ''] of page.matchAll(/`(actions\/[\w/-]+\.ts)`:\n\n```ts\n([\s\S]*?)```/g))
    await put(join(folder, file), code)
  await addTo(join(folder, 'runbooks/effects.yaml'), 'effects:\n', `effects:\n  ${effectOf(page)}\n`)
  await addToTheList(join(folder, 'actions/index.ts'))
  const here = { cwd: folder, reject: false, env: { UPDATE: '1', CI: '' }, preferLocal: true } as const
  const [program = '', ...args] = /`UPDATE=1 npx ([^`]+)`/.exec(page)?.[1]?.split(' ') ?? []
  expect(await execa(program, args, here)).toMatchObject({ exitCode: 0 })
  const golden = await readFile(join(folder, 'test/actions-pure/testdata/contracts.golden'), 'utf8')
  expect(golden.match(/"name": "tickets\.\w+"/g)).toEqual([
    '"name": "tickets.openTicket"',
    '"name": "tickets.openTickets"',
  ])
  expect(page).toContain('`npx runproof check`')
  expect(await execa('node', ['bin/runproof.mjs', 'check'], here)).toMatchObject({ exitCode: 0 })
}, 120_000)

/** The sources, without what is built or fetched, in a folder of their own. */
async function copyOfTheProject(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'runproof-page-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  for (const name of COPIED) await cp(join(root, name), join(folder, name), { recursive: true })
  for (const name of SINGLE) await cp(join(root, name), join(folder, name))
  await symlink(join(root, 'node_modules'), join(folder, 'node_modules'))
  return folder
}

function effectOf(page: string): string {
  return /```yaml\n {2}(ticket\.open: .*)\n/.exec(page)?.[1] ?? ''
}

async function addToTheList(index: string): Promise<void> {
  const imports = [
    "import { openTicket } from './tickets/open-ticket.ts'",
    "import { openTickets } from './tickets/open-tickets.ts'",
  ]
  await addTo(index, '\nexport { declaredContracts }', `${imports.join('\n')}\n\nexport { declaredContracts }`)
  await addTo(index, '  query,\n]', '  query,\n  openTicket,\n  openTickets,\n]')
}

async function addTo(path: string, place: string, more: string): Promise<void> {
  const text = await readFile(path, 'utf8')
  expect(text).toContain(place)
  await writeFile(path, text.replace(place, more))
}

async function put(path: string, text: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true })
  await writeFile(path, text)
}
