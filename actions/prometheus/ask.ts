import { z } from 'zod'
import { Unknown, type ActionContext } from '../define.ts'
import { originForPeople } from '../net/place.ts'

/** One series of an instant vector. */
export interface Sample {
  readonly labels: Readonly<Record<string, string>>
  readonly value: number
}

/** What a query says: samples, by the clock of the server. An empty vector and NaN are results, and no zero. */
export interface Answered {
  readonly samples: readonly Sample[]
  /** Seconds since 1970, as the server writes it; absent where the vector is empty. */
  readonly evaluatedAt?: number
  /** At most so old, by the server's own clock (G13). */
  readonly ageMs?: number
  readonly source: string
}

const number = z.string().transform((text) => (/^[+-]?Inf$/.test(text) ? Number(`${text}inity`) : Number(text)))
const sample = z.tuple([z.number(), number])
const vector = z.object({
  status: z.literal('success'),
  warnings: z.array(z.string()).optional(),
  data: z.object({
    resultType: z.literal('vector'),
    result: z.array(z.object({ metric: z.record(z.string(), z.string()), value: sample })),
  }),
})
const failure = z.object({ status: z.literal('error'), errorType: z.string(), error: z.string() })

/** Evaluates a PromQL expression now, or at a time of the server's clock. Throws `Unknown` where there is no answer. */
export async function askPrometheus(context: ActionContext, query: string, at?: number): Promise<Answered> {
  const { url, headers } = context.connection('prometheus')
  const source = `${originForPeople(new URL(url))}/api/v1/query`
  const response = await send(context, {
    url: `${url.replace(/\/$/, '')}/api/v1/query`,
    headers: { ...headers, 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams({ query, ...(at !== undefined && { time: String(at) }) }).toString(),
  })
  const samples = samplesOf(response.status, await bodyOf(response))
  return { ...samples, ...ageOf(response, samples.evaluatedAt), source }
}

/** POST, so that no cache answers. */
async function send(
  { fetch, signal }: ActionContext,
  request: { readonly url: string; readonly headers: Record<string, string>; readonly body: string },
): Promise<Response> {
  try {
    return await fetch(request.url, { method: 'POST', headers: request.headers, body: request.body, signal })
  } catch (cause) {
    if (signal.aborted) throw new Unknown('timeout', 'Prometheus did not answer in time')
    throw new Unknown('error', (cause as Error).message)
  }
}

async function bodyOf(response: Response): Promise<unknown> {
  try {
    return await response.json()
  } catch {
    throw new Unknown(response.ok ? 'invalid' : 'error', `Prometheus answered ${response.status} with what is no JSON`)
  }
}

function samplesOf(status: number, body: unknown): Pick<Answered, 'samples' | 'evaluatedAt'> {
  const failed = failure.safeParse(body)
  if (failed.success)
    throw new Unknown('error', `Prometheus: ${failed.data.errorType}: ${failed.data.error.slice(0, 300)}`)
  if (status !== 200) throw new Unknown('error', `Prometheus answered ${status}`)
  const { data: answer } = vector.safeParse(body)
  if (answer === undefined) throw new Unknown('invalid', 'Prometheus answered no instant vector')
  const [warning] = answer.warnings ?? []
  if (warning !== undefined) throw new Unknown('incomplete', `Prometheus warns: ${warning.slice(0, 300)}`)
  const { result } = answer.data
  const samples = result.map(({ metric, value }) => ({ labels: metric, value: value[1] }))
  return result[0] ? { samples, evaluatedAt: result[0].value[0] } : { samples }
}

/** The `Date` of an answer is cut to the second: the age is rounded up. */
function ageOf(response: Response, evaluatedAt: number | undefined): { readonly ageMs?: number } {
  const answeredAt = Date.parse(response.headers.get('date') ?? '')
  if (evaluatedAt === undefined || Number.isNaN(answeredAt)) return {}
  return { ageMs: Math.max(0, Math.round(answeredAt + 999 - evaluatedAt * 1000)) }
}
