import { expect, test } from 'vitest'
import { allContracts } from '../../actions/index.ts'
import { compileCatalogue, readCatalogue } from '../../engine/language/catalogue.ts'

const { scenarios } = compileCatalogue(await readCatalogue('runbooks'), allContracts)

/** The invariants of the seven runbooks (requirements 7), and the scenarios on recorded facts that show each. */
const INVARIANTS: Readonly<Record<string, readonly string[]>> = {
  'BD-I1': ['facts-artifact-gone-before-rollback', 'healthy-once-unhealthy-since', 'owner-is-not-in-the-history'],
  'BD-I2': ['target-typed-by-hand', 'built-anew-before-claim'],
  'BD-I3': ['owner-changes-before-rollback'],
  'BD-I4': ['facts-schema-changes-before-rollback', 'data-is-destroyed-before-claim'],
  'BD-I5': ['freeze-is-lifted-before-rollback', 'promotion-under-way-does-not-end', 'freeze-does-not-take'],
  'BD-I7': ['edges-stay-behind-after-rollback', 'rollback-does-not-help', 'no-traffic-to-judge-by'],
  'BD-I8': [
    'migration-in-between',
    'database-does-not-fit-and-is-restored',
    'database-does-not-fit-and-is-fixed-forward',
  ],
  'SW-I1': ['two-wakes-of-one-app', 'second-wake-before-start'],
  'SW-I2': ['attempts-reach-their-cap-before-start', 'stampede-before-start', 'region-fills-up-before-start'],
  'SW-I3': ['unsafe-requests-are-answered-at-once', 'contract-withdrawn-before-hold', 'budget-ends-before-hold'],
  'SW-I4': ['hot-by-its-own-word', 'hot-without-readiness', 'readiness-is-lost-before-claim', 'marked-hot-unasked'],
  'SW-I5': ['held-for-hours', 'budget-was-over-before', 'callers-still-wait'],
  'SW-I6': ['owner-changes-before-coalescing', 'wake-of-another-epoch'],
  'SW-I7': ['stays-cold', 'owner-sees-nothing', 'secret-is-missing'],
  'RG-I1': ['event-applied-over-the-gap', 'resumed-behind-the-snapshot', 'replay-interrupted-before-clearing'],
  'RG-I2': ['key-goes-back-before-resume'],
  'RG-I3': ['owner-withdrawn-before-keeping', 'key-is-of-another-class-before-keeping', 'key-stays-open'],
  'RG-I4': ['snapshot-forged', 'snapshot-corrupt', 'snapshot-goes-backwards', 'snapshot-of-another-stream'],
  'RG-I5': ['retention-too-short', 'events-deleted-before-resume', 'first-event-is-a-later-one'],
  'RG-I6': ['baseline-lost-before-clearing', 'another-gap-before-claim', 'replay-does-not-catch-up'],
  'RG-I7': ['owner-chosen-by-health'],
  'DR-I1': ['not-the-database-that-was-named', 'terms-are-unknown', 'tags-disagree-before-restore'],
  'DR-I2': ['backup-is-of-preview', 'backup-of-unknown-origin-before-restore', 'copy-is-of-preview-before-cut-over'],
  'DR-I3': ['fence-is-lost-before-restore', 'writer-appears-before-cut-over', 'something-was-written-before-restore'],
  'DR-I4': ['restore-stops-short', 'recovered-to-another-point'],
  'DR-I5': ['restored-over-the-running-database', 'impact-record-fails-after-cut-over'],
  'DR-I6': ['more-is-lost-than-promised', 'restore-takes-longer-than-promised', 'customer-does-not-wait'],
  'DR-I7': ['restored-data-does-not-fit'],
  'DR-I8': ['late-source-before-unfencing', 'sources-skipped', 'sources-are-not-all-listed-before-unfence'],
  'DR-I9': ['ledger-broken-before-claim'],
  'DR-I10': ['customer-was-not-told', 'impact-record-fails-after-cut-over'],
  'HU-I1': ['host-still-gets-work'],
  'HU-I2': ['another-drain-takes-the-quorum', 'quorum-lost-while-draining', 'quorum-falls-between-evictions'],
  'HU-I3': ['no-room-for-the-host', 'reserve-is-taken-before-drain'],
  'HU-I4': ['replacements-are-not-ready', 'replacement-not-there-yet', 'replacement-fails-before-drain'],
  'HU-I5': ['sessions-ended-before-anybody-agreed', 'sessions-ended-without-notice', 'session-was-killed-before-claim'],
  'HU-I6': ['drift-found-before-claim'],
  'HU-I7': ['host-fails-its-checks', 'host-is-silent-before-uncordon', 'canary-fails', 'host-boots-another-image'],
  'HU-I8': ['ring-closes-before-drain'],
  'PO-I1': ['an-owner-is-left-out'],
  'PO-I2': ['our-own-control-plane', 'control-plane-well-and-apps-not'],
  'PO-I3': ['provider-shown-as-crash', 'provider-shown-as-a-slow-app', 'owner-shown-a-crash-before-claim'],
  'PO-I4': ['evidence-cannot-be-collected', 'nothing-can-be-seen', 'pause-does-not-take'],
  'PO-I5': [
    'region-falls-behind-before-failover',
    'two-writers-after-failover',
    'home-region-is-behind-before-failback',
  ],
  'PO-I6': ['outage-explains-the-refusals', 'other-credentials-are-refused-too', 'refusals-are-old-before-rotation'],
  'PO-I7': ['fails-again-before-claim', 'message-waits-before-lifting', 'quota-stays-exhausted'],
  'ND-I1': ['no-reserve-left', 'reserve-is-taken-before-eviction', 'ring-closes-before-eviction'],
  'ND-I2': ['node-still-gets-pods', 'evicted-before-the-cordon'],
  'ND-I3': ['gpu-ended-from-the-host'],
  'ND-I4': ['eviction-becomes-deletion', 'pod-does-not-leave'],
  'ND-I5': [
    'terminal-opens-before-claim',
    'pod-starts-before-claim',
    'task-comes-before-claim',
    'gpu-allocated-before-claim',
  ],
  'ND-I6': ['wiped-before-it-was-captured', 'evidence-of-the-host-is-old', 'gpu-allocated-before-rebuild'],
  'ND-I7': ['node-does-not-come-back', 'canary-of-the-node-fails'],
}

/** What no recorded fact can show: an order that the checker settles, and what an adapter does inside. */
const ELSEWHERE = {
  'BD-I6': 'settled by the checker (`state-before-logs`): test/language/runbooks.test.ts',
  'RG-I8': 'when an edge acknowledges is up to the edge',
  'ND-I8': 'there is no action that touches bills',
} as const

const MOST: Readonly<Record<string, number>> = { BD: 8, SW: 7, RG: 8, DR: 10, HU: 8, PO: 7, ND: 8 }

test('every invariant of requirements 7 is shown by scenarios on recorded facts, or says why it cannot be', () => {
  const all = Object.entries(MOST).flatMap(([name, most]) =>
    Array.from({ length: most }, (_, at) => `${name}-I${at + 1}`),
  )
  expect([...Object.keys(INVARIANTS), ...Object.keys(ELSEWHERE)].sort()).toEqual(all.sort())
})

test.each(Object.entries(INVARIANTS))('%s: its scenarios exist, on recorded facts', (_invariant, ids) => {
  const onFacts = new Set(scenarios.filter(({ against }) => against === 'facts').map(({ id }) => id))
  expect(ids.filter((id) => !onFacts.has(id))).toEqual([])
})
