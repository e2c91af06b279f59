import { z } from 'zod'
import { id } from '../../schemas/types.ts'
import { defineReading, type ActionContext, type Reading } from '../define.ts'
import { bindings } from './bindings.ts'
import { sourceOf } from './client.ts'
import { subject } from './subject.ts'

/** A binding that is not ready, and who provides it. */
export interface Affected {
  readonly binding: string
  readonly provider: string
}

/** The bindings of one app that are not ready: the platform's own evidence that a provider affects it. */
export const affectedBindingsOf = defineReading({
  name: 'platform.affectedBindingsOf',
  summary: 'The bindings of one app that a provider affects',
  authority: 'authoritative',
  input: subject,
  output: z.strictObject({ items: z.array(z.strictObject({ binding: id('binding'), provider: id('provider') })) }),
  timeoutMs: 5_000,
  async read(route, context) {
    const { value, ...said } = await readAffected(route, context)
    return { value: { items: [...value] }, ...said, source: `affectedBindingsOf of ${sourceOf(context)}` }
  },
})

/** The bindings of an app that are not ready, as the platform says it of all its bindings. */
export async function readAffected(
  route: z.infer<typeof subject>,
  context: ActionContext,
): Promise<Reading<Affected[]>> {
  const reading = await bindings.read(route, context)
  const { items } = reading.value as { readonly items: readonly (Affected & { readonly state: string })[] }
  const affected = items.filter(({ state }) => state !== 'ready')
  return { ...reading, value: affected.map(({ binding, provider }) => ({ binding, provider })) }
}
