import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { expect, onTestFinished, test } from 'vitest'
import { contractOf } from '../../actions/contract.ts'
import { Refused, type AnyDefinition } from '../../actions/define.ts'
import { parseOutput } from '../../actions/validate.ts'
import { asAction, asReading, contextFor } from './context.ts'
import { serve, type Answer, type Seen } from './local-server.ts'

const actions = new URL('../../actions/', import.meta.url)

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

/** A ticket system, as the page supposes it. */
function tickets({ method, url, body, headers }: Seen): Answer {
  if (url === '/open/shop') return { json: { open: 3 } }
  if (url === '/tickets/by-key/k%2F1') return { json: { ticket: 'T-1' } }
  if (method !== 'POST' || headers['idempotency-key'] !== 'k/1') return { status: 404 }
  return (JSON.parse(body) as { title: string }).title === '' ? { status: 422 } : { json: { ticket: 'T-1' } }
}

/** The code block that follows the file's name on the page, loaded beside the sources and not among them. */
async function example(file: string): Promise<Record<string, AnyDefinition>> {
  const page = readFileSync(new URL('README.md', actions), 'utf8')
  const code = page.split(`\`actions/tickets/${file}.ts\`:\n\n\`\`\`ts\n`)[1]?.split('```')[0]
  if (code === undefined) throw new Error(`the page has no example ${file}`)
  mkdirSync(new URL('../.runproof/', actions), { recursive: true })
  const folder = mkdtempSync(fileURLToPath(new URL('../.runproof/readme-', actions)))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  writeFileSync(join(folder, `${file}.ts`), code.replace("'../define.ts'", "'../../actions/define.ts'"))
  return (await import(pathToFileURL(join(folder, `${file}.ts`)).href)) as Record<string, AnyDefinition>
}
