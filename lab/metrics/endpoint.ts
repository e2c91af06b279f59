import type { IncomingMessage } from 'node:http'
import type { Platform } from '../platform.ts'
import { evaluate, formatValue } from './evaluate.ts'
import { parseQuery, QueryError, type Query } from './query.ts'
import { measureAll, type Series } from './series.ts'

/** What the query API answers. */
export interface MetricsAnswer {
  readonly status: number
  readonly body: object
}

/** Answers `GET` and `POST /api/v1/query` in Prometheus' format. */
export async function answerQuery(platform: Platform, incoming: IncomingMessage, url: URL): Promise<MetricsAnswer> {
  const parameters = incoming.method === 'POST' ? await readForm(incoming, url) : url.searchParams
  const at = readTime(parameters.get('time'))
  if (at === undefined)
    return failed(400, 'bad_data', 'invalid parameter "time": the practice platform keeps no history')
  const query = tryParse(parameters.get('query') ?? '')
  if (query instanceof QueryError) return failed(400, 'bad_data', `invalid parameter "query": ${query.message}`)
  const mode = platform.faults.metrics()
  if (mode === 'error') return failed(422, 'execution', 'query processing would load too many samples into memory')
  const series = underFault(mode, await measureAll(platform, Math.round(at * 1000)))
  const result = evaluate(query, series).map(({ metric, value }) => ({ metric, value: [at, formatValue(value)] }))
  return { status: 200, body: { status: 'success', data: { resultType: 'vector', result } } }
}

async function readForm(incoming: AsyncIterable<Buffer>, url: URL): Promise<URLSearchParams> {
  const chunks: Buffer[] = []
  for await (const chunk of incoming) chunks.push(chunk)
  return new URLSearchParams([...url.searchParams, ...new URLSearchParams(Buffer.concat(chunks).toString('utf8'))])
}

/** Seconds of the evaluation, which can only be about now. */
function readTime(text: string | null): number | undefined {
  const now = Date.now() / 1000
  if (text === null) return now
  const at = /^\d+(\.\d+)?$/.test(text) ? Number(text) : Date.parse(text) / 1000
  return Math.abs(at - now) <= 60 ? at : undefined
}

function tryParse(text: string): Query | QueryError {
  try {
    return parseQuery(text)
  } catch (cause) {
    if (cause instanceof QueryError) return cause
    throw cause
  }
}

/** No series at all, or series that count nothing: a ratio of them is 0/0. */
function underFault(mode: 'empty' | 'nan' | undefined, series: Series[]): Series[] {
  if (mode === 'empty') return []
  return mode === 'nan' ? series.map((one) => ({ ...one, rate: 0 })) : series
}

function failed(status: number, errorType: string, error: string): MetricsAnswer {
  return { status, body: { status: 'error', errorType, error } }
}
