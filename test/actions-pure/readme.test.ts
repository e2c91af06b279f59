import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { expect, onTestFinished, test } from 'vitest'
import { definitionsFromAllowlist } from '../../actions/allowlist.ts'
import { contractOf } from '../../actions/contract.ts'
import { Refused, type AnyDefinition } from '../../actions/define.ts'
import { allContracts } from '../../actions/index.ts'
import { parseOutput } from '../../actions/validate.ts'
import { compileCatalogue, readCatalogue, sourceOf } from '../../engine/language/catalogue.ts'
import type { Contract } from '../../schemas/contract.ts'
import { asAction, asReading, contextFor } from './context.ts'
import { serve, type Answer, type Seen } from './local-server.ts'

const actions = new URL('../../actions/', import.meta.url)
const page = readFileSync(new URL('README.md', actions), 'utf8')

test('the reading of actions/README.md works as it is printed', async () => {
  const reading = asReading((await example('open-tickets'))['openTickets'])
  expect(contractOf(reading)).toMatchObject({ kind: 'reading', name: 'tickets.openTickets' })
  const { url } = await serve(tickets)
  const { value } = await reading.read({ app: 'shop' }, contextFor('tickets', url))
  expect(parseOutput(reading, value)).toEqual({ count: 3 })
  await expect(reading.read({ app: 'other' }, contextFor('tickets', url))).rejects.toMatchObject({ reason: 'error' })
})

test('the action of actions/README.md works as it is printed', async () => {
  const action = asAction((await example('open-ticket'))['openTicket'])
  expect(contractOf(action)).toMatchObject({ kind: 'action', effects: { 'ticket.open': { app: 'app' } } })
  const { url } = await serve(tickets)
  const context = contextFor('tickets', url, { idempotencyKey: 'k/1' })
  expect(await action.perform({ app: 'shop', title: 'slow' }, context)).toEqual({ ticket: 'T-1' })
  await expect(action.perform({ app: 'shop', title: '' }, context)).rejects.toBeInstanceOf(Refused)
  expect(await action.settle({}, context)).toEqual({ state: 'done', output: { ticket: 'T-1' } })
  expect(await action.settle({}, { ...context, idempotencyKey: 'k/2' })).toEqual({ state: 'not-done' })
})

test('the contracts of actions/README.md load as they are printed, and nothing carries them out', async () => {
  const { ticketContracts } = (await example('contracts/tickets')) as unknown as { ticketContracts: Contract[] }
  expect(ticketContracts.map(({ kind, name }) => `${kind} ${name}`)).toEqual([
    'reading tickets.ticket',
    'action tickets.closeTicket',
  ])
  expect(ticketContracts[1]).toMatchObject({ effects: { 'ticket.close': { app: 'app' } } })
})

test('the allowlist entry of actions/README.md runs as it is printed, and its list is whole by its own word', async () => {
  const sources = await readCatalogue(fileURLToPath(new URL('../../runbooks', import.meta.url)))
  const entry = sourceOf('runbooks/allowlist.yaml', new TextEncoder().encode(block('yaml')))
  const alone = ['runbooks/effects.yaml', 'runbooks/policy.yaml']
  const files = [...sources.files.filter(({ file }) => alone.includes(file)), entry]
  const { allowlist, diagnostics } = compileCatalogue({ files, overlays: [] }, allContracts)
  expect(diagnostics.filter(({ span }) => span.file === entry.file)).toEqual([])
  const reading = asReading(definitionsFromAllowlist(allowlist)[0])
  const { value, complete } = await reading.read({ host: 'host-4' }, contextFor('none', 'http://localhost'))
  expect({ value: parseOutput(reading, value), complete }).toEqual({
    value: { complete: true, items: [{ host: 'host-4' }] },
    complete: true,
  })
})

/** A ticket system, as the page supposes it. */
function tickets({ method, url, body, headers }: Seen): Answer {
  if (url === '/open/shop') return { json: { open: 3 } }
  if (url === '/tickets/by-key/k%2F1') return { json: { ticket: 'T-1' } }
  if (method !== 'POST' || headers['idempotency-key'] !== 'k/1') return { status: 404 }
  return (JSON.parse(body) as { title: string }).title === '' ? { status: 422 } : { json: { ticket: 'T-1' } }
}

/** The code block that follows the file's name on the page, loaded beside the sources and not among them. */
async function example(file: string): Promise<Record<string, AnyDefinition>> {
  const path = file.includes('/') ? file : `tickets/${file}`
  const code = page.split(`\`actions/${path}.ts\`:\n\n\`\`\`ts\n`)[1]?.split('```')[0]
  if (code === undefined) throw new Error(`the page has no example ${path}`)
  mkdirSync(new URL('../.runproof/', actions), { recursive: true })
  const folder = mkdtempSync(fileURLToPath(new URL('../.runproof/readme-', actions)))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const placed = join(folder, `${path.replace('/', '-')}.ts`)
  writeFileSync(
    placed,
    code.replace(/'\.\.?\/(define|declare)\.ts'/, (_, name) => `'../../actions/${at(name as string)}.ts'`),
  )
  return (await import(pathToFileURL(placed).href)) as Record<string, AnyDefinition>
}

function at(name: string): string {
  return name === 'declare' ? 'contracts/declare' : name
}

/** The last code block of a language on the page. */
function block(language: string): string {
  const code = page.split(`\`\`\`${language}\n`).at(-1)
  return code?.split('```')[0] ?? ''
}
