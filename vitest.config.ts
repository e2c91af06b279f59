import { defineConfig } from 'vitest/config'

const PURE = [
  'test/architecture.test.ts',
  'test/{core,workflow,language,diagnostics,schemas,evidence,actions-pure,rehearsal}/**/*.test.ts',
]

/**
 * What takes longest: kills, moves to further executions, waits for leases, schedules, stores and servers that are away.
 * `npm run test:full` has it too.
 */
const LONG = [
  'test/e2e/paths-*.test.ts',
  'test/e2e/faults-{cut-off,epoch,evidence-store,platform,switches,temporal}.test.ts',
  'test/e2e/{by-hand-completions,sealed-on-much}.test.ts',
  'test/cli/{alone,test-lab,tools}.test.ts',
  'test/server/unavailable.test.ts',
  'test/replay/{heavy-requests,heavy-run,long-run,long-undo,much-undo,record}.test.ts',
]

const WITH_SERVERS = {
  globalSetup: 'test/support/global-setup.ts',
  testTimeout: 60_000,
  hookTimeout: 300_000,
  maxWorkers: 2,
} as const

/** `pure` needs no server. `real` and `long` are everything else: their global setup starts Temporal, PostgreSQL and NATS once. */
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
          exclude: [...PURE, ...LONG],
          ...WITH_SERVERS,
          sequence: { groupOrder: 1 },
        },
      },
      {
        extends: true,
        test: { name: 'long', include: LONG, ...WITH_SERVERS, sequence: { groupOrder: 2 } },
      },
    ],
  },
})
