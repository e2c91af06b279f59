import { z } from 'zod'
import { digest, id, ratio, text } from '../../schemas/types.ts'
import { defineReading, Unknown } from '../define.ts'
import { askPrometheus } from './ask.ts'
import { promql } from './promql.ts'

/**
 * One ratio by PromQL. In `query`, `$environment`, `$app` and `$digest` stand for the inputs of these names. The
 * expression yields exactly one series: none is unknown (empty), NaN is unknown (nan), an error is unknown (error).
 */
export const query = defineReading({
  name: 'prometheus.query',
  summary: 'One ratio, by a PromQL expression that yields exactly one series',
  authority: 'derived',
  input: z.strictObject({
    query: text().min(1),
    environment: id('environment').optional(),
    app: id('app').optional(),
    digest: digest().optional(),
  }),
  output: z.strictObject({ value: ratio() }),
  timeoutMs: 10_000,
  async read({ query: template, ...parameters }, context) {
    const { samples, ageMs, source } = await askPrometheus(context, filled(template, parameters))
    const [only, second] = samples
    if (only === undefined) throw new Unknown('empty', 'the query has no result; that is not zero')
    if (second !== undefined) throw new Unknown('invalid', `the query yields ${samples.length} series, expected one`)
    if (!Number.isFinite(only.value)) throw new Unknown('nan', `the query yields ${only.value}`)
    return { value: { value: only.value }, roundTrip: false, source, ...(ageMs !== undefined && { ageMs }) }
  },
})

function filled(template: string, parameters: Readonly<Record<string, string | undefined>>): string {
  const given = Object.entries(parameters).filter((entry): entry is [string, string] => entry[1] !== undefined)
  try {
    return promql(template, Object.fromEntries(given))
  } catch (cause) {
    throw new Unknown('invalid', (cause as Error).message)
  }
}
