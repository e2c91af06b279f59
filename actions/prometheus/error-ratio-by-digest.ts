import { z } from 'zod'
import { digest, id, ratio } from '../../schemas/types.ts'
import { defineReading, Unknown } from '../define.ts'
import { askPrometheus, type Sample } from './ask.ts'
import { promql } from './promql.ts'

const TRAFFIC = 'sum by (digest) (rate(http_requests_total{environment=$environment,app=$app}[5m]))'
const ERRORS = 'sum by (digest) (rate(http_requests_total{environment=$environment,app=$app,code=~"5.."}[5m]))'

/**
 * The share of requests that failed in the last five minutes. `worst` is the digest with the largest share of its own
 * requests, `worstRatio` that share; `currentRatio` is the share over all requests of the app, whichever digest
 * answered them: what its users see now. A digest with traffic and no error series has no errors; no traffic at all is
 * unknown, and so is NaN.
 */
export const errorRatioByDigest = defineReading({
  name: 'prometheus.errorRatioByDigest',
  summary: 'The share of failed requests, by artifact',
  authority: 'derived',
  input: z.strictObject({ environment: id('environment'), app: id('app') }),
  output: z.strictObject({ worst: digest(), worstRatio: ratio(), currentRatio: ratio() }),
  timeoutMs: 10_000,
  async read(input, context) {
    const traffic = await askPrometheus(context, promql(TRAFFIC, input))
    const served = byDigest(traffic.samples)
    if (total(served) === 0) throw new Unknown('empty', 'the app has had no requests in the last five minutes')
    // Both at one instant of the server: a series that ends in between would otherwise count as free of errors.
    const errors = await askPrometheus(context, promql(ERRORS, input), traffic.evaluatedAt)
    const value = ratiosOf(served, byDigest(errors.samples))
    const { ageMs, source } = traffic
    return { value, roundTrip: false, source, ...(ageMs !== undefined && { ageMs }) }
  },
})

function ratiosOf(served: ReadonlyMap<string, number>, failed: ReadonlyMap<string, number>) {
  const stray = [...failed.keys()].find((key) => !served.get(key) && failed.get(key) !== 0)
  if (stray !== undefined) throw new Unknown('invalid', `there are errors of ${stray}, but no requests`)
  const shares = [...served]
    .filter(([, requests]) => requests > 0)
    .map(([worst, requests]) => ({ worst, worstRatio: (failed.get(worst) ?? 0) / requests }))
    .sort((a, b) => b.worstRatio - a.worstRatio || (a.worst < b.worst ? -1 : 1))
  const [largest] = shares
  if (largest === undefined) throw new Unknown('empty', 'no artifact has had a request')
  return { ...largest, currentRatio: total(failed) / total(served) }
}

function byDigest(samples: readonly Sample[]): ReadonlyMap<string, number> {
  const strange = samples.find(({ value }) => !Number.isFinite(value) || value < 0)
  if (strange) throw new Unknown('nan', `a rate is ${strange.value}`)
  const unnamed = samples.some(({ labels }) => !/^sha256:[0-9a-f]{64}$/.test(labels['digest'] ?? ''))
  if (unnamed) throw new Unknown('invalid', 'there are requests of no artifact: a series lacks its digest')
  return new Map(samples.map(({ labels, value }) => [labels['digest'] ?? '', value]))
}

function total(rates: ReadonlyMap<string, number>): number {
  return [...rates.values()].reduce((sum, rate) => sum + rate, 0)
}
