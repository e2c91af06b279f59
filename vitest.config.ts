import { defineConfig } from 'vitest/config'

const PURE = [
  'test/architecture.test.ts',
  'test/{core,workflow,language,diagnostics,schemas,evidence,actions-pure,rehearsal}/**/*.test.ts',
]

/** `pure` needs no server. `real` is everything else: its global setup starts Temporal, PostgreSQL and NATS once. */
export default defineConfig({
  test: {
    pool: 'forks',
    projects: [
      {
        extends: true,
        test: { name: 'pure', include: PURE, testTimeout: 30_000, maxWorkers: 2, sequence: { groupOrder: 0 } },
      },
      {
        extends: true,
        test: {
          name: 'real',
          include: ['test/**/*.test.ts'],
          exclude: PURE,
          globalSetup: 'test/support/global-setup.ts',
          testTimeout: 60_000,
          hookTimeout: 300_000,
          maxWorkers: 2,
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
})
