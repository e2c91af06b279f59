import { readFile, readdir, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { admittedHere, admittedPlan } from '../../engine/host/admission.ts'
import { admitRun, recordStart } from '../../engine/host/admit.ts'
import type { Execution } from '../../engine/host/admission.ts'
import { PlanArchive } from '../../engine/host/plan-archive.ts'
import { newRunId, workflowIdOf } from '../../engine/host/run-id.ts'
import { jsonDigest } from '../../evidence/digest.ts'
import { EvidenceUnavailable } from '../../evidence/errors.ts'
import type { JsonObject } from '../../schemas/json.ts'
import type { Plan } from '../../schemas/plan.ts'
import type { AdmissionResult, SignedAdmission } from '../../schemas/run.ts'
import { INPUTS, Practice } from './practice.ts'

let practice: Practice
beforeEach(async () => {
  practice = await Practice.open()
})
afterEach(async () => practice.close())

const planOf = (runbook = 'switch'): Plan => {
  const plan = practice.host.catalogue.runbooks[runbook]?.plan
  if (plan === undefined) throw new Error('no such runbook')
  return plan
}
const executionOf = (signed: SignedAdmission, temporalRunId = 'first'): Execution => ({
  namespace: 'default',
  workflowId: signed.admission.workflowId,
  temporalRunId,
})
async function admit(
  signed: SignedAdmission,
  plan = planOf(),
  execution = executionOf(signed),
): Promise<AdmissionResult> {
  return admitRun({ admission: signed, plan }, execution, practice.host)
}

describe('an admission', () => {
  test('G25: is good for one execution, and once and for all', async () => {
    const signed = await practice.admission()
    expect(await admit(signed)).toEqual({ admitted: true })
    expect(await admit(signed)).toEqual({ admitted: true })
    expect(await admit(signed, planOf(), executionOf(signed, 'second'))).toMatchObject({
      foreign: expect.stringContaining('another execution') as string,
    })
  })

  test('G25: of two executions at once admits one', async () => {
    const signed = await practice.admission()
    const both = await Promise.allSettled(
      ['one', 'two'].map(async (id) => admit(signed, planOf(), executionOf(signed, id))),
    )
    const taken = both.filter((result) => result.status === 'fulfilled' && result.value.admitted)
    expect(taken).toHaveLength(1)
  })

  test.each<[string, (signed: SignedAdmission) => SignedAdmission]>([
    [
      'other inputs',
      (signed) => ({ ...signed, admission: { ...signed.admission, inputs: { ...INPUTS, app: 'desk' } } }),
    ],
    ['another run', (signed) => ({ ...signed, admission: { ...signed.admission, runId: 'run-9' } })],
    [
      'another trigger',
      (signed) => ({
        ...signed,
        admission: {
          ...signed.admission,
          trigger: { kind: 'person', by: { user: 'eve', host: 'x', assurance: 'self-asserted' } },
        },
      }),
    ],
    ['no signature', (signed) => ({ ...signed, signature: '' })],
    [
      'another type',
      (signed) => ({ ...signed, admission: { ...signed.admission, type: 'runproof.vote.v1' as never } }),
    ],
    [
      'a key that would change the prototype',
      (signed) => ({
        ...signed,
        admission: JSON.parse(
          JSON.stringify(signed.admission).replace('{', '{"__proto__":{"app":"desk"},'),
        ) as SignedAdmission['admission'],
      }),
    ],
  ])('G25: with %s is none of ours', async (_what, change) => {
    const signed = await practice.admission()
    expect(await admit(change(signed))).toMatchObject({
      admitted: false,
      foreign: expect.stringContaining('not admitted') as string,
    })
    expect(await practice.host.store.runs()).toEqual([])
  })

  test('G25: for another workflow, or with another Plan in its workflow, is none of ours', async () => {
    const signed = await practice.admission()
    const elsewhere = { ...executionOf(signed), workflowId: 'switch/staging/shop' }
    expect(await admit(signed, planOf(), elsewhere)).toMatchObject({
      foreign: expect.stringContaining('another workflow') as string,
    })
    const weaker = { ...planOf(), rules: [] }
    expect(await admit(signed, weaker)).toMatchObject({ foreign: expect.stringContaining('not the one') as string })
  })

  test('G25: with a Plan of a later version than this worker knows is none of ours', async () => {
    const plan = { ...planOf(), planVersion: 3 as never }
    const digest = jsonDigest(plan)
    await practice.host.plans.keep(digest, plan)
    const { admission } = await practice.admission()
    const signed = await practice.host.keys.admit({ ...admission, planDigest: digest })
    const result = await admittedHere(signed, executionOf(signed), practice.host)
    expect(result).toMatchObject({ foreign: expect.stringContaining('version 1 and 2') as string })
  })

  test('G29: whose evidence cannot be written is refused, and the refusal is recorded when the store is back', async () => {
    const signed = await practice.admission()
    const away = async () => {
      throw new EvidenceUnavailable('the store is away', 'wait')
    }
    const host = { ...practice.host, store: { ...practice.host.store, probe: away, putOnce: away } }
    const result = await admitRun({ admission: signed, plan: planOf() }, executionOf(signed), host)
    expect(result).toMatchObject({ admitted: false, denial: { by: 'evidence' } })
    await recordStart({ admission: signed, plan: planOf() }, executionOf(signed), practice.host)
    expect(await admittedPlan(signed, executionOf(signed), practice.host)).toMatchObject({
      foreign: expect.stringContaining('refused') as string,
    })
  }, 20_000)
})

describe('the id of a workflow', () => {
  const plan = (names: string[]) => ({ runbook: { id: 'switch' }, coalesce: names }) as unknown as Plan
  const part = fc.string({ unit: 'grapheme' })

  test('G37: is the runbook and the key, each part told from the next', () => {
    expect(workflowIdOf(plan(['environment', 'app']), { environment: 'a/b', app: 'c' })).toBe('switch/a%2Fb/c')
    expect(workflowIdOf(plan(['environment', 'app']), { environment: 'a', app: 'b/c' })).toBe('switch/a/b%2Fc')
  })

  test('G37: differs where the key differs, whatever it holds', () => {
    const id = (key: JsonObject) => workflowIdOf(plan(['one', 'two']), key)
    fc.assert(
      fc.property(part, part, part, part, (a, b, c, d) => {
        expect(id({ one: a, two: b }) === id({ one: c, two: d })).toBe(a === c && b === d)
      }),
    )
  })

  test('tells a number from a list, and takes a key that is not given', () => {
    expect(workflowIdOf(plan(['n', 'gone', 'constructor']), { n: 3 })).toBe('switch/3//')
  })
})

describe('the id of a run', () => {
  test('sorts by time, and is a file name that no two runs share', () => {
    const [early, late] = [newRunId('switch', new Date(0)), newRunId('switch', new Date(1e12))]
    expect(early < late).toBe(true)
    expect(early).toMatch(/^switch-19700101T000000Z-[0-9a-f]{8}$/)
    expect(new Set(Array.from({ length: 1000 }, () => newRunId('switch'))).size).toBe(1000)
  })
})

describe('the archive of Plans', () => {
  const folder = () => join(practice.folder, '.runproof', 'plans')

  test('G25: answers with a Plan under its own digest only', async () => {
    const plan = planOf()
    const digest = jsonDigest(plan)
    await practice.host.plans.keep(digest, plan)
    expect(await new PlanArchive(folder()).find(digest)).toEqual(plan)
    const [file] = await readdir(folder())
    const path = join(folder(), file ?? '')
    await writeFile(path, (await readFile(path, 'utf8')).replace('only-when-sick', 'never-at-all-x'))
    expect(await new PlanArchive(folder()).find(digest)).toBeUndefined()
  })

  test.each(['', '{', 'null', '[]', '{"__proto__":1}'])('G25: takes a file that holds %j for none', async (text) => {
    const digest = jsonDigest('a plan')
    await practice.host.plans.keep(digest, planOf())
    await writeFile(join(folder(), `${digest.slice(7)}.json`), text)
    expect(await new PlanArchive(folder()).find(digest)).toBeUndefined()
  })

  test.each(['', 'sha256:', '../../keys/admission.pem', `sha256:${'0'.repeat(63)}/`, `md5:${'0'.repeat(64)}`])(
    'knows no Plan of the digest %j',
    async (digest) => {
      expect(await practice.host.plans.find(digest)).toBeUndefined()
    },
  )

  test('keeps the same Plan many times at once', async () => {
    const digest = jsonDigest(planOf())
    await Promise.all(Array.from({ length: 20 }, async () => practice.host.plans.keep(digest, planOf())))
    expect(await readdir(folder())).toEqual([`${digest.slice(7)}.json`])
    await rm(folder(), { recursive: true })
  })

  test('can be entered by its owner alone, like everything of an installation', async () => {
    await practice.admission()
    for (const path of ['.runproof', '.runproof/keys', '.runproof/plans', '.runproof/stops'])
      expect((await stat(join(practice.folder, path))).mode & 0o077).toBe(0)
  })
})
