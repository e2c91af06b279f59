import { z } from 'zod'
import { bool, id, text } from '../../schemas/types.ts'
import { defineAction, Refused, type ActionContext } from '../define.ts'
import { originForPeople, RequestRefused } from '../net/place.ts'

/** The receiver understood and refused: nobody was told. */
const refusals = new Set([400, 401, 403, 404, 405, 410, 413, 415, 422])

const input = z.strictObject({
  run: id('run'),
  roles: z.array(text()),
  message: text().min(1),
  /** Where to read on. */
  link: text().optional(),
})

/** Tells people: posts JSON to the configured receiver (G40). Whether anybody read it, it does not know. */
export const webhook = defineAction({
  name: 'notify.webhook',
  summary: 'Tell people, through the configured receiver',
  input,
  output: z.strictObject({ delivered: bool() }),
  effects: { 'notice.send': { run: 'run' } },
  timeoutMs: 10_000,
  readBack: 'none',
  async perform(notice, context) {
    const { status, ok } = await post(notice, context)
    const answered = `the receiver of notifications answered ${status}`
    if (refusals.has(status)) throw new Refused(answered)
    if (!ok) throw new Error(answered)
    return { delivered: true }
  },
  async settle() {
    return { state: 'unknown', detail: 'the receiver of notifications cannot be asked what it received' }
  },
})

/** The key lets a receiver drop the second copy of one notice. */
async function post(notice: z.infer<typeof input>, context: ActionContext): Promise<Response> {
  const { url, headers } = context.connection('notify')
  const request = {
    method: 'POST',
    headers: { ...headers, 'content-type': 'application/json', 'idempotency-key': context.idempotencyKey },
    body: JSON.stringify(notice),
    signal: context.signal,
  }
  try {
    return await context.fetch(url, request)
  } catch (cause) {
    if (cause instanceof RequestRefused) throw new Refused(cause.message)
    throw new Error(`no answer from ${originForPeople(new URL(url))}, the receiver of notifications`, { cause })
  }
}
