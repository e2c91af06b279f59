import { randomUUID } from 'node:crypto'
import { z } from 'zod'
import { Conflict, defineAction, defineReading, Refused, Unknown } from '../../actions/define.ts'
import type { ActionContext, AnyDefinition, Reading, Settlement } from '../../actions/define.ts'
import { bool, digest, epoch, id, oneOf, ratio, text } from '../../schemas/types.ts'

const subject = z.strictObject({ environment: id('environment'), app: id('app') })

/** The actions and readings of the small platform in `world.ts`. */
export function practiceDefinitions(): AnyDefinition[] {
  return [owner, health, members, switchOwner, writeNote]
}

const owner = reading('owner', z.strictObject({ digest: digest(), epoch: epoch() }))
const health = reading('health', z.strictObject({ state: oneOf('health', ['sick', 'well']), share: ratio() }))
const members = reading(
  'members',
  z.strictObject({ items: z.array(z.strictObject({ member: id('member'), ready: bool() })) }),
)

const switchOwner = defineAction({
  name: 'practice.switchOwner',
  summary: 'Give the route to another artifact',
  input: subject.extend({ to: digest(), expectedEpoch: epoch() }),
  output: z.strictObject({ epoch: epoch() }),
  effects: {
    'route.switch': { environment: 'environment', app: 'app', to: 'to', expectedEpoch: 'expectedEpoch' },
  },
  premise: { input: 'expectedEpoch', reading: 'practice.owner', field: 'epoch' },
  timeoutMs: 2_000,
  perform: async (input, context) => change(context, { kind: 'switch', ...input }) as Promise<{ epoch: number }>,
  settle: async (_input, context) => settle(context) as Promise<Settlement<{ epoch: number }>>,
  lift: ({ app }) => `give ${app} back by hand`,
})

const writeNote = defineAction({
  name: 'practice.writeNote',
  summary: 'Write a note beside an environment',
  input: z.strictObject({ environment: id('environment'), text: text() }),
  output: z.strictObject({ noted: bool() }),
  effects: { 'note.write': { environment: 'environment' } },
  timeoutMs: 2_000,
  perform: async (input, context) => change(context, { kind: 'note', ...input }) as Promise<{ noted: boolean }>,
  settle: async (_input, context) => settle(context) as Promise<Settlement<{ noted: boolean }>>,
})

function reading(name: string, output: z.ZodObject): AnyDefinition {
  return defineReading({
    name: `practice.${name}`,
    summary: `Ask for ${name}`,
    authority: 'authoritative',
    input: subject,
    output,
    timeoutMs: 2_000,
    read: async (_input, context) => ask(context, `/${name}`) as Promise<Reading<never>>,
  })
}

async function ask(context: ActionContext, path: string): Promise<Reading<unknown>> {
  const nonce = randomUUID()
  const response = await send(context, path, { headers: { 'x-nonce': nonce } })
  if (!response.ok) throw new Unknown('error', `the platform answered ${response.status}`)
  const { complete, ageMs, ...value } = (await response.json()) as Record<string, unknown>
  return {
    value,
    roundTrip: response.headers.get('x-nonce') === nonce,
    source: 'the small platform',
    ...(complete === undefined ? {} : { complete: complete === true }),
    ...(ageMs === undefined ? {} : { ageMs: ageMs as number }),
  }
}

async function change(context: ActionContext, body: object): Promise<object> {
  const response = await send(context, '/change', {
    method: 'POST',
    headers: { 'fencing-token': JSON.stringify(context.fencing ?? {}) },
    body: JSON.stringify({ key: context.idempotencyKey, ...body }),
  })
  const answer = (await response.json()) as { current?: never }
  if (response.status === 412) throw new Error('a newer holder of a lease was here')
  if (response.status === 409) throw new Conflict('another one was faster', answer.current ?? {})
  if (response.status === 422) throw new Refused('the platform refuses')
  if (!response.ok) throw new Error(`the platform answered ${response.status}`)
  return answer
}

async function settle(context: ActionContext): Promise<Settlement<unknown>> {
  const response = await send(context, `/operation?key=${encodeURIComponent(context.idempotencyKey)}`)
  if (!response.ok) return { state: 'unknown', detail: `the platform answered ${response.status}` }
  return (await response.json()) as Settlement<unknown>
}

async function send(context: ActionContext, path: string, init: RequestInit = {}): Promise<Response> {
  const { url, headers } = context.connection('platform')
  return context.fetch(`${url}${path}`, {
    ...init,
    headers: { ...headers, ...(init.headers as Record<string, string> | undefined) },
    signal: context.signal,
  })
}
