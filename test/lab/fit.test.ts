import { expect, test } from 'vitest'
import { practice } from './practice.ts'

const { admin, ask, environment } = practice()

async function bad() {
  const env = await environment()
  await env.promote(2, { errorRatio: 0.08 })
  const { digest } = await env.previous()
  const migrate = (how: object) => admin('POST', '/migrate', { environment: env.name, app: env.app, ...how })
  return { env, digest, migrate }
}

test.each([
  { how: {}, schema_fits: true, destructive_since: 0 },
  { how: { destructive: true }, schema_fits: false, destructive_since: 1 },
  { how: { destructive: true, breaking: false }, schema_fits: true, destructive_since: 1 },
  { how: { breaking: true }, schema_fits: false, destructive_since: 0 },
])(
  'after a migration with $how the previous artifact fits: $schema_fits',
  async ({ how, schema_fits, destructive_since }) => {
    const { env, digest, migrate } = await bad()
    expect(await env.fit(digest)).toMatchObject({ schema_fits: true, migrations_since: 0, destructive_since: 0 })
    await migrate(how)
    expect(await env.fit(digest)).toMatchObject({ schema_fits, migrations_since: 1, destructive_since })
    const state = await ask<{ version: number }>('GET', `${env.route}/schema-state`)
    expect(state.body.version).toBe(2)
  },
)

test('a migration that came before the artifact lost the route does not count against it', async () => {
  const env = await environment()
  await admin('POST', '/migrate', { environment: env.name, app: env.app })
  await env.promote(2)
  expect(await env.fit((await env.previous()).digest)).toMatchObject({ schema_fits: true, migrations_since: 0 })
})

test('a migration that comes with a promotion counts against the artifact that it replaced', async () => {
  const env = await environment()
  await env.promote(2, { migration: { destructive: true } })
  const { digest } = await env.previous()
  expect(await env.fit(digest)).toMatchObject({ schema_fits: false, migrations_since: 1, destructive_since: 1 })
})

test('for an artifact that was never a healthy owner, migrations count since it was built', async () => {
  const { env, digest, migrate } = await bad()
  const { digest: unhealthy } = await env.owner()
  await migrate({})
  await env.rollback(digest, 2)
  expect(await env.fit(unhealthy)).toMatchObject({ schema_fits: true, migrations_since: 1 })
})

test('an artifact is tested with the schema of its time, and may be promoted with a wider range', async () => {
  const env = await environment()
  await admin('POST', '/migrate', { environment: env.name, app: env.app })
  const promoted = await env.promote(2, { schemaMin: 2, schemaMax: 9 })
  const { body } = await ask<object>('GET', `/v1/artifacts/${promoted.digest}`)
  expect(body).toMatchObject({ present: true, version: 2, schema_min: 2, schema_max: 9 })
  await admin('POST', '/migrate', { environment: env.name, app: env.app, breaking: true })
  expect(await env.fit(promoted.digest)).toMatchObject({ schema_fits: true, migrations_since: 0 })
})

test('a new environment has an old past, so that only what happens later is recent', async () => {
  const env = await environment()
  const before = await ask<{ since_reached_ms: number }>('GET', `${env.route}/last-promotion`)
  await env.promote(2)
  const after = await ask<{ since_reached_ms: number }>('GET', `${env.route}/last-promotion`)
  expect(before.body.since_reached_ms).toBeGreaterThan(24 * 60 * 60 * 1000)
  expect(after.body.since_reached_ms).toBeLessThan(60_000)
})
