import { z } from 'zod'
import { digest, id, text } from '../../schemas/types.ts'
import { platformReading } from './reading.ts'

/** The commits that are in one artifact and not in the other, oldest first. */
export const changesBetween = platformReading({
  name: 'changesBetween',
  summary: 'The commits between two artifacts',
  input: z.strictObject({ app: id('app'), from: digest(), to: digest() }),
  output: z.strictObject({ items: z.array(z.strictObject({ commit: text(), title: text() })) }),
  ask: (platform, { app, ...query }) => platform.get('/v1/apps/{app}/changes', { params: { path: { app }, query } }),
  value: (body) => ({ items: body.items.map(({ commit, title }) => ({ commit, title })) }),
})
