import { z } from 'zod'
import { bool, id, text } from '../../schemas/types.ts'
import { cause } from '../contracts/words.ts'
import { defineReading } from '../define.ts'
import { readAffected } from './affected-bindings-of.ts'
import { sourceOf } from './client.ts'

const affected = z.strictObject({
  environment: id('environment'),
  app: id('app'),
  binding: id('binding'),
  provider: id('provider'),
  /** Is its owner shown anything? */
  visible: bool(),
  /** What its owner is shown; `none` where that is nothing. */
  cause: cause(),
  namesProvider: bool(),
  listedAsNotTold: bool(),
})

/**
 * The bindings that are not ready of every app that is named beside its environment, and what their owners are told. The
 * platform has no status for owners, so that whatever is affected counts as not told.
 */
export const statusOfAffected = defineReading({
  name: 'platform.statusOfAffected',
  summary: 'Which bindings of the named apps are affected, and what their owners are told',
  authority: 'authoritative',
  /** Texts `type/id`, as in `run.subjects`. */
  input: z.strictObject({ subjects: z.array(text()) }),
  output: z.strictObject({ items: z.array(affected) }),
  timeoutMs: 5_000,
  async read({ subjects }, context) {
    const asked = await Promise.all(
      routesOf(subjects).map(async (route) => ({ route, ...(await readAffected(route, context)) })),
    )
    return {
      value: {
        items: asked.flatMap(({ route, value }) => value.map((binding) => ({ ...route, ...binding, ...NOT_TOLD }))),
      },
      complete: asked.every((reading) => reading.complete === true),
      roundTrip: asked.every((reading) => reading.roundTrip),
      source: `statusOfAffected of ${sourceOf(context)}`,
    }
  },
})

const NOT_TOLD = { visible: false, cause: 'none', namesProvider: false, listedAsNotTold: false } as const

/** Every app beside every environment: a run names one of each. */
function routesOf(subjects: readonly string[]): { environment: string; app: string }[] {
  const named = (type: string) =>
    subjects.filter((subject) => subject.startsWith(`${type}/`)).map((subject) => subject.slice(type.length + 1))
  return named('environment').flatMap((environment) => named('app').map((app) => ({ environment, app })))
}
