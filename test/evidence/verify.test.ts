import { cp, mkdir, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { readBag } from '../../evidence/bag-folder.ts'
import { manifestOf, unsignedTagFiles } from '../../evidence/bag.ts'
import { CODES } from '../../evidence/codes.ts'
import { attest, openAttestation } from '../../evidence/dsse.ts'
import { jsonBytes, sha256 } from '../../evidence/digest.ts'
import { ensureKey } from '../../evidence/keys.ts'
import type { Signer } from '../../evidence/keys.ts'
import { seal } from '../../evidence/seal.ts'
import { loadTrust, trustKey } from '../../evidence/trust.ts'
import { verificationText } from '../../evidence/verify-text.ts'
import { verify } from '../../evidence/verify.ts'
import type { VerifyOptions } from '../../evidence/verify.ts'
import type { Statement } from '../../schemas/bundle.ts'
import { withEvents } from './events.ts'
import { install, ranWell, sealedBundle } from './fixture.ts'
import type { Installation } from './fixture.ts'

let at: Installation
let whole: string
let copies = 0

beforeAll(async () => {
  at = await install()
  whole = await sealedBundle(at)
})
afterAll(async () => rm(at.dir, { recursive: true }))

async function copyOf(bundle: string): Promise<string> {
  const copy = join(at.dir, `copy-${++copies}`)
  await cp(bundle, copy, { recursive: true })
  return copy
}

async function verified(bundle: string, options: Partial<VerifyOptions> = {}) {
  return verify(await readBag(bundle), { trust: await loadTrust(at.trust), ...options })
}

async function codesOf(bundle: string, options: Partial<VerifyOptions> = {}): Promise<string[]> {
  const { checks, verdict } = await verified(bundle, options)
  expect(verdict).toBe('failed')
  return [...new Set(checks.flatMap(({ code }) => (code === undefined ? [] : [code])))]
}

async function edit(bundle: string, path: string, change: (text: string) => string): Promise<void> {
  const file = join(bundle, path)
  await writeFile(file, change(await readFile(file, 'utf8')))
}

/** Signs anew what is in a bundle, as a sealing would that went wrong, or a stranger. */
async function signAnew(
  bundle: string,
  signer: Signer,
  change: (statement: Statement) => unknown = (same) => same,
): Promise<void> {
  const file = join(bundle, 'attestation.sigstore.json')
  const statement = JSON.parse(openAttestation(await readFile(file))?.payload.toString() ?? '') as Statement
  const { files } = await readBag(bundle)
  const payload = new Map([...files].filter(([path]) => path.startsWith('data/')))
  const manifest = manifestOf(payload)
  await writeFile(join(bundle, 'manifest-sha256.txt'), manifest)
  for (const [path, bytes] of unsignedTagFiles(payload, statement.predicate)) await writeFile(join(bundle, path), bytes)
  const subject = [{ name: 'manifest-sha256.txt', digest: { sha256: sha256(manifest) } }]
  await writeFile(file, await attest(signer, jsonBytes(change({ ...statement, subject }))))
}

function lines(text: string, change: (all: string[]) => string[]): string {
  return `${change(text.trimEnd().split('\n')).join('\n')}\n`
}

const STEPS = 'data/steps.jsonl'
const EVENTS = 'data/temporal/history.json'

describe('a bundle as it was sealed', () => {
  test('is verified with the trust folder, and prints log: none and the key custody (G27, G28)', async () => {
    const result = await verified(whole, { runId: 'run-1' })
    expect(result.checks.filter(({ ok }) => !ok)).toEqual([])
    expect(result.verdict).toBe('verified')
    const text = verificationText(result)
    expect(text.some((line) => line.startsWith('log: none'))).toBe(true)
    expect(text).toContain('custody the user that runs the steps holds the sealing key too')
    expect(text.at(-1)).toBe('verdict verified')
  })

  test('is verified with the sealing key alone, which vouches for the admission key', async () => {
    const trust = await trustKey(join(at.dir, 'keys/sealing.pub.pem'))
    expect((await verified(whole, { trust })).verdict).toBe('verified')
  })

  test('EV-14: G28: without any key its signature is valid, its signer unknown, and that is no success', async () => {
    const result = verify(await readBag(whole))
    expect(result.verdict).toBe('signer-unknown')
    expect(result.checks.filter(({ ok }) => !ok).map(({ code }) => code)).toEqual(['EV0203'])
    expect(verificationText(result).at(-1)).toBe('verdict NOT verified: signature valid, signer unknown')
  })

  test('is not verified as the bundle of another run', async () => {
    expect(await codesOf(whole, { runId: 'run-2' })).toEqual(['EV0207'])
  })
})

const NO_TEXT = Buffer.from([0xff, 0xfe])

type Tampering = readonly [what: string, codes: readonly string[], tamper: (bundle: string) => Promise<unknown>]

const IN_TRANSIT: readonly Tampering[] = [
  [
    'EV-07: a changed step',
    ['EV0303', 'EV0402'],
    async (b) => edit(b, STEPS, (t) => t.replace('"result":"app-only"', '"result":"db-fault"')),
  ],
  [
    'a removed step',
    ['EV0303', 'EV0401', 'EV0402', 'EV0403'],
    async (b) => edit(b, STEPS, (t) => lines(t, (all) => all.toSpliced(3, 1))),
  ],
  [
    'EV-09: reordered steps',
    ['EV0303', 'EV0401', 'EV0402'],
    async (b) => edit(b, STEPS, (t) => lines(t, ([a = '', c = '', ...rest]) => [c, a, ...rest])),
  ],
  [
    'a cut tail',
    ['EV0303', 'EV0403', 'EV0404'],
    async (b) => edit(b, STEPS, (t) => lines(t, (all) => all.slice(0, -1))),
  ],
  ['a step that is no JSON', ['EV0303', 'EV0106'], async (b) => edit(b, STEPS, (t) => t.replace('{', '{ '))],
  ['duplicate keys', ['EV0303'], async (b) => edit(b, 'data/run.json', (t) => t.replace('{', '{"outcome":{},'))],
  [
    'a changed receipt',
    ['EV0303'],
    async (b) => edit(b, 'data/effects/rollback@1.receipt.json', (t) => t.replace('"epoch":8', '"epoch":9')),
  ],
  ['an extra file under data/', ['EV0304'], async (b) => writeFile(join(b, 'data/extra.txt'), 'x')],
  ['a file with a forbidden name', ['EV0102', 'EV0304'], async (b) => writeFile(join(b, 'data/a b'), 'x')],
  ['a dropped file', ['EV0302'], async (b) => rm(join(b, 'data/trigger.json'))],
  ['EV-01: a file beside the bundle’s own', ['EV0105'], async (b) => writeFile(join(b, 'report.html'), 'x')],
  ['an absent tag file', ['EV0101'], async (b) => rm(join(b, 'bagit.txt'))],
  ['a link in place of a file', ['EV0102', 'EV0302'], async (b) => swapForLink(join(b, 'data/trigger.json'))],
  ['EV-06: a rehashed manifest', ['EV0301'], async (b) => changeAndRehash(b)],
  ['a manifest that is none', ['EV0301', 'EV0305'], async (b) => writeFile(join(b, 'manifest-sha256.txt'), 'x')],
  [
    'a manifest that leads out of the bundle',
    ['EV0301', 'EV0305'],
    async (b) => edit(b, 'manifest-sha256.txt', (t) => t.replace('data/plan.json', 'data/../../plan.json')),
  ],
  ['edited bag-info.txt', ['EV0104'], async (b) => edit(b, 'bag-info.txt', (t) => t.replace('run-1', 'run-2'))],
  ['edited bagit.txt', ['EV0104'], async (b) => edit(b, 'bagit.txt', (t) => t.replace('1.0', '0.97'))],
  [
    'EV-08: another key hint',
    ['EV0104'],
    async (b) => edit(b, 'attestation.sigstore.json', (t) => t.replace(/"hint":"[^"]*"/, '"hint":"SHA256:x"')),
  ],
  [
    'EV-04: an edited predicate',
    ['EV0202'],
    async (b) => edit(b, 'attestation.sigstore.json', (t) => editPayload(t, 'succeeded', 'escalated')),
  ],
  [
    'EV-03: a changed payload type',
    ['EV0201'],
    async (b) => edit(b, 'attestation.sigstore.json', (t) => t.replace('application/vnd.in-toto+json', 'text/plain')),
  ],
  ['an empty folder', ['EV0102'], async (b) => mkdir(join(b, 'data/empty'))],
  ['a folder whose name is no text', ['EV0102'], async (b) => mkdir(Buffer.concat([Buffer.from(`${b}/`), NO_TEXT]))],
  [
    'a file whose name is no text',
    ['EV0102'],
    async (b) => writeFile(Buffer.concat([Buffer.from(`${b}/`), NO_TEXT]), ''),
  ],
  ['millions of steps', ['EV0303', 'EV0106'], async (b) => writeFile(join(b, STEPS), '{}\n'.repeat(3_000_000))],
  ['more steps than anybody reads', ['EV0303'], async (b) => writeFile(join(b, STEPS), '{}\n'.repeat(9_000_000))],
  [
    'a manifest of millions of lines',
    ['EV0301', 'EV0305'],
    async (b) => writeFile(join(b, 'manifest-sha256.txt'), '\n'.repeat(30_000_000)),
  ],
  [
    'an attestation of millions of values',
    ['EV0201'],
    async (b) => writeFile(join(b, 'attestation.sigstore.json'), `[${'[],'.repeat(30_000_000)}0]`),
  ],
  ['an attestation that is none', ['EV0201'], async (b) => writeFile(join(b, 'attestation.sigstore.json'), '{}')],
]

/** What only a holder of the sealing key could do, or a sealing that went wrong. */
const SIGNED_ANEW: readonly Tampering[] = [
  [
    'EV-02: duplicate keys, signed',
    ['EV0106'],
    async (b) => editAndSign(b, 'data/run.json', (t) => t.replace('{', '{"startedAt":"x",')),
  ],

  ['a foreign key', ['EV0204', 'EV0502', 'EV0504', 'EV0505'], async (b) => forge(b)],
  [
    'EV-05: another predicate type',
    ['EV0205'],
    async (b) => signAnew(b, at.sealing.signer, (s) => ({ ...s, predicateType: 'https://example.com/x' })),
  ],
  [
    'a Statement that says more',
    ['EV0206'],
    async (b) => signAnew(b, at.sealing.signer, (s) => ({ ...s, note: 'approved' })),
  ],
  [
    'a Statement about another file',
    ['EV0206'],
    async (b) => signAnew(b, at.sealing.signer, (s) => ({ ...s, subject: [{ ...s.subject[0], name: 'other.txt' }] })),
  ],
  [
    'more in the steps of a predicate',
    ['EV0206'],
    async (b) =>
      signAnew(b, at.sealing.signer, (s) => ({
        ...s,
        predicate: { ...s.predicate, steps: { ...s.predicate.steps, skipped: 3 } },
      })),
  ],
  [
    'a file of millions of values',
    ['EV0106', 'EV0209'],
    async (b) => editAndSign(b, 'data/trigger.json', () => `[${'[],'.repeat(9_000_000)}0]`),
  ],
  [
    'a predicate that lacks its fields',
    ['EV0206'],
    async (b) => signAnew(b, at.sealing.signer, (s) => ({ ...s, predicate: { runId: 'run-1' } })),
  ],
  [
    'EV-10: an outcome that the files do not tell',
    ['EV0208'],
    async (b) => signAnew(b, at.sealing.signer, (s) => ({ ...s, predicate: { ...s.predicate, outcome: 'escalated' } })),
  ],
  ['an approval that no step tells of', ['EV0209'], async (b) => addAndSign(b, 'data/approvals/00099-x.json', '{}')],
  [
    'EV-12: an admission that was changed',
    ['EV0501', 'EV0503'],
    async (b) => editAndSign(b, 'data/run.json', (t) => t.replaceAll('"app":"shop"', '"app":"bank"')),
  ],
  [
    'another Plan',
    ['EV0503'],
    async (b) => editAndSign(b, 'data/plan.json', (t) => t.replace('"conflictRounds":2', '"conflictRounds":9')),
  ],
  ['EV-13: a vote that its role did not give', ['EV0504'], async (b) => sealWithForgedVote(b)],
  [
    'a reading that nobody took',
    ['EV0209', 'EV0505'],
    async (b) => editAndSign(b, 'data/facts/look.owner.json', (t) => t.replace('"epoch":7', '"epoch":6')),
  ],
  [
    'a receipt that was changed',
    ['EV0208', 'EV0601'],
    async (b) => editAndSign(b, 'data/effects/rollback@1.receipt.json', (t) => t.replace('"epoch":8', '"epoch":9')),
  ],
  [
    'an activity that the events do not tell of',
    ['EV0209'],
    async (b) =>
      editAndSign(b, 'data/temporal/activities.json', (t) =>
        t.replace('"type":"runproof.admit"', '"type":"runproof.tell"'),
      ),
  ],
  [
    'events that tell of another execution',
    ['EV0208', 'EV0601'],
    async (b) => editAndSign(b, EVENTS, (t) => t.replace('"originalExecutionRunId":"5', '"originalExecutionRunId":"0')),
  ],
  [
    'events that are nested without an end',
    ['EV0106'],
    async (b) => editAndSign(b, EVENTS, () => `${'['.repeat(3_000_000)}${']'.repeat(3_000_000)}`),
  ],
  [
    'events with duplicate keys',
    ['EV0106'],
    async (b) => editAndSign(b, EVENTS, (t) => t.replace('{', '{"eventId":"1",')),
  ],
  ['the key of another signer inside', ['EV0209'], async (b) => foreignKeyInside(b)],
]

async function swapForLink(file: string): Promise<void> {
  await rename(file, join(at.dir, `moved-${++copies}`))
  await symlink(join(at.dir, `moved-${copies}`), file)
}

async function changeAndRehash(bundle: string): Promise<void> {
  const before = sha256(await readFile(join(bundle, 'data/trigger.json')))
  await edit(bundle, 'data/trigger.json', (text) => text.replace('ada', 'eve'))
  const after = sha256(await readFile(join(bundle, 'data/trigger.json')))
  await edit(bundle, 'manifest-sha256.txt', (text) => text.replace(before, after))
}

function editPayload(text: string, from: string, to: string): string {
  const payload = /"payload":"([^"]*)"/.exec(text)?.[1] ?? ''
  const edited = Buffer.from(payload, 'base64').toString().replace(from, to)
  return text.replace(payload, Buffer.from(edited).toString('base64'))
}

async function editAndSign(bundle: string, path: string, change: (text: string) => string): Promise<void> {
  const before = await readFile(join(bundle, path), 'utf8')
  expect(change(before)).not.toBe(before)
  await edit(bundle, path, change)
  await signAnew(bundle, at.sealing.signer)
}

async function addAndSign(bundle: string, path: string, text: string): Promise<void> {
  await mkdir(dirname(join(bundle, path)), { recursive: true })
  await writeFile(join(bundle, path), text)
  await signAnew(bundle, at.sealing.signer)
}

/** A sealing that believed the workflow: it has the vote of somebody else in history and entries. */
async function sealWithForgedVote(bundle: string): Promise<void> {
  const runId = `run-forged-${++copies}`
  const input = await ranWell(at, runId)
  const forged = JSON.parse(JSON.stringify(input).replaceAll('"role":"on-call"', '"role":"boss"')) as typeof input
  const { history, entries } = forged
  const sealed = await seal(at.sealing, { ...input, history: withEvents(history), entries })
  expect(sealed.gaps).toEqual(['the vote of entry 5 was not recorded when it was given'])
  await rm(bundle, { recursive: true })
  await rename(sealed.bundle, bundle)
}

async function foreignKeyInside(bundle: string): Promise<void> {
  await writeFile(
    join(bundle, 'data/keys/sealing.pem'),
    (await ensureKey(join(at.dir, 'foreign'), 'sealing')).publicPem,
  )
  await signAnew(bundle, at.sealing.signer)
}

/** Everything a stranger can do: his own installation, the same run. */
async function forge(bundle: string): Promise<void> {
  const stranger = await install()
  await rm(bundle, { recursive: true })
  await rename(await sealedBundle(stranger), bundle)
  await rm(stranger.dir, { recursive: true })
}

describe('a tampered bundle is found', () => {
  /** Those that the tests above and below ask for by name. */
  const seen = new Set<string>(['EV0103', 'EV0203', 'EV0207'])

  test.each([...IN_TRANSIT, ...SIGNED_ANEW])('%s', async (_what, codes, tamper) => {
    const bundle = await copyOf(whole)
    await tamper(bundle)
    const found = await codesOf(bundle)
    expect(found.sort()).toEqual([...codes].sort())
    for (const code of found) seen.add(code)
  })

  test('and of very many alike, some are told and the others counted', async () => {
    const bundle = await copyOf(whole)
    await Promise.all(Array.from({ length: 60 }, async (_, n) => writeFile(join(bundle, `extra-${n}`), '')))
    const { checks } = await verified(bundle)
    const told = checks.filter(({ code }) => code === 'EV0105')
    expect(told).toHaveLength(51)
    expect(told.at(-1)?.text).toBe('and 10 more like these')
  })

  test('and a file beyond the limits is not read', async () => {
    const bundle = await copyOf(whole)
    await mkdir(join(bundle, 'data/a/b/c/d/e'), { recursive: true })
    await writeFile(join(bundle, 'data/a/b/c/d/e/f'), 'x')
    expect(await codesOf(bundle)).toEqual(['EV0103'])
  })

  test('and every code of the table is found by one of these', () => {
    expect([...seen].sort()).toEqual(Object.keys(CODES).sort())
  })
})

test('EV-12: the admission key, which lies where steps run, cannot seal', async () => {
  const bundle = await copyOf(whole)
  await writeFile(join(bundle, 'data/keys/sealing.pem'), at.admission.publicPem)
  await signAnew(bundle, at.admission)
  expect(await codesOf(bundle)).toContain('EV0204')
})

test('EV-11: a run whose records contradict each other is sealed as contradicted, and is no success', async () => {
  const input = await ranWell(at, 'run-liar')
  const activities = input.history.activities.filter(({ activityId }) => activityId !== 'rollback')
  const history = withEvents({ ...input.history, activities })
  const { bundle, gaps } = await seal(at.sealing, { ...input, history })
  expect(gaps).toContain('contradiction: effect rollback is unknown to the history')
  const result = await verified(bundle)
  expect(result.signed?.predicate.outcome).toBe('contradicted')
  expect(await codesOf(bundle)).toEqual(['EV0601'])
})

test('what a stranger’s bundle says cannot steer the terminal', async () => {
  const { checks } = await verified(whole)
  const text = verificationText({ verdict: 'failed', log: 'none', checks: [{ ...checks[0]!, text: 'a\u001b[2Jb' }] })
  expect(text[0]).not.toContain('\u001b')
})
