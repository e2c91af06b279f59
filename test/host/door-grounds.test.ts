import { rm } from 'node:fs/promises'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { PlanArchive } from '../../engine/host/plan-archive.ts'
import { takeReading } from '../../engine/host/readings.ts'
import type { AttestedFact, EffectRequest, EffectResult } from '../../schemas/run.ts'
import { SWITCH } from './practice-catalogue.ts'
import { Practice } from './practice.ts'
import { NEW } from './world.ts'

const HEAD = SWITCH.slice(0, SWITCH.indexOf('steps:'))
const END = `
outcomes:
  unclear: { as: escalated, tell: [on-call] }
`
const LOOK = '  - { id: look, read: [owner, health] }\n'
const JUDGE = `  - id: judge
    decide: { sick: "health.state == 'sick'" }
    otherwise: well
`
const NOTE = `  - id: note
    do: practice.writeNote
    with: { text: a note }
    leaves: the note stays
`

/** A runbook of the practice catalogue with these steps. */
function runbookOf(id: string, ...steps: string[]): Record<string, string> {
  const head = HEAD.replace('runbook: switch', `runbook: ${id}`)
    .replace(', to: digest', '')
    .replace('[only-when-sick]', '[]')
  return { [`${id}.yaml`]: `${head}steps:\n${steps.join('')}${END}` }
}

const FILES = {
  ...runbookOf(
    'ask-first',
    LOOK,
    JUDGE,
    `  - { id: agreed, when: { judge: sick }, approve: "Go on?", who: lead, within: 1m }\n`,
    NOTE.replace('    do:', '    when: { agreed: done }\n    do:'),
  ),
  ...runbookOf('ask-two', LOOK, '  - { id: agreed, approve: "Go on?", who: [lead, on-call], within: 1m }\n', NOTE),
  ...runbookOf('stop-by-case', LOOK, JUDGE.replace('    otherwise', '    continueOn: [sick]\n    otherwise'), NOTE),
  ...runbookOf(
    'one-after-other',
    LOOK,
    NOTE.replaceAll('note', 'first').replace('practice.writeFirst', 'practice.writeNote'),
    NOTE,
  ),
  ...runbookOf('tell-case', LOOK, JUDGE, NOTE.replace('a note', '"it is {{judge}}"')),
  ...runbookOf(
    'judge-twice',
    LOOK,
    JUDGE,
    `  - id: again
    decide: { really: "judge == 'sick' && health.share > policy.mostShare" }
    otherwise: no
`.replace('no\n', 'not-really\n'),
    NOTE.replace('    do:', '    when: { again: really }\n    do:'),
  ),
  ...runbookOf(
    'judge-between',
    LOOK,
    NOTE.replaceAll('note', 'first').replace('practice.writeFirst', 'practice.writeNote'),
    `  - id: judge
    decide: { once: "run.effects.of('note.write').size() == 1" }
    otherwise: other
`,
    NOTE.replaceAll(' note', ' second').replace('    do:', '    when: { judge: once }\n    do:'),
    NOTE.replace('    do:', '    when: { judge: once }\n    do:'),
  ),
}

let practice: Practice

beforeEach(async () => {
  practice = await Practice.open({ files: FILES })
})
afterEach(async () => practice.close())

const astray = (what: string) => ({
  status: 'denied',
  denial: { by: 'admission', message: expect.stringContaining(what) as unknown },
})

/** A pass for a request that nobody's workflow made. */
async function forged(
  request: EffectRequest,
  grounds: Partial<EffectRequest['grounds']>,
  more: Partial<EffectRequest> = {},
): Promise<EffectResult> {
  return practice.pass({ ...request, grounds: { ...request.grounds, ...grounds }, ...more })
}

/** A reading that this installation really took, under a name, an input and a run of the forger's choice. */
async function attested(runId: string, read: { fact: string; action: string; input?: object }): Promise<AttestedFact> {
  const definition = practice.host.definitions.get(read.action)
  if (definition?.kind !== 'reading') throw new Error('no reading')
  const input = { environment: 'production', app: 'shop', ...read.input }
  const record = await takeReading(definition, { name: read.fact, input }, practice.host.connections)
  return practice.host.keys.attest(runId, `look.${read.fact}`, record)
}

describe('honest runs', () => {
  test.each([
    ['switch', {}],
    ['ask-first', { agreed: [{ user: 'ben', role: 'lead' }] }],
    [
      'ask-two',
      {
        agreed: [
          { user: 'ben', role: 'lead' },
          { user: 'ada', role: 'on-call' },
        ],
      },
    ],
    ['stop-by-case', {}],
    ['one-after-other', {}],
    ['tell-case', {}],
    ['judge-twice', {}],
    ['judge-between', {}],
  ] as const)('G25: of `%s` come through, since everything follows', async (runbook, votes) => {
    const ran = await practice.run(runbook, {
      votes,
      ...(runbook === 'switch' ? {} : { inputs: { environment: 'production', app: 'shop' } }),
    })
    const effects = ran.state.entries.filter((entry) => entry.kind === 'effect')
    expect(effects.map(({ result }) => result)).toEqual(
      effects.map(() => expect.objectContaining({ status: 'done' }) as unknown),
    )
    expect(effects.length).toBeGreaterThan(0)
  })
})

describe('a request that somebody made by hand in Temporal', () => {
  const inputs = { environment: 'production', app: 'shop' }

  test('G25: for an effect whose approval it leaves out, with the decision that made it necessary, is refused', async () => {
    const request = await practice.request('note', {
      runbook: 'ask-first',
      inputs,
      votes: { agreed: [{ user: 'ben', role: 'lead' }] },
    })
    expect(await forged(request, { votes: [] })).toMatchObject(astray('not approved'))
    expect(await forged(request, { votes: [], decisions: {} })).toMatchObject({ status: 'denied' })
    expect(practice.world.did('note')).toBe(0)
  })

  test('G25: for an effect that a decision before it stops is refused, though the effect itself has no condition', async () => {
    const request = await practice.request('note', { runbook: 'stop-by-case', inputs })
    practice.world.health = { state: 'well', share: 0 }
    const { runId } = request.admission.admission
    const health = await attested(runId, { fact: 'health', action: 'practice.health' })
    expect(await forged(request, { decisions: { judge: { health } } })).toMatchObject(astray('`judge`'))
    expect(await forged(request, { decisions: {} })).toMatchObject(astray('`judge`'))
    expect(practice.world.did('note')).toBe(0)
  })

  test('G25: for an effect that comes after another, which never happened, is refused', async () => {
    const request = await practice.request('first', { runbook: 'one-after-other', inputs })
    const second = { ...request, step: 'note', input: { environment: 'production', text: 'a note' } }
    expect(await practice.pass(second)).toMatchObject(astray('`first`'))
    expect(await practice.pass(request)).toMatchObject({ status: 'done' })
    expect(await practice.pass(second)).toMatchObject({ status: 'done' })
  })

  test('G25: with a reading of another subject under the name of a fact is refused', async () => {
    const request = await practice.request()
    const { runId } = request.admission.admission
    const health = await attested(runId, {
      fact: 'health',
      action: 'practice.health',
      input: { environment: 'staging' },
    })
    const result = await forged(request, { decisions: { judge: { health } } })
    expect(result).toMatchObject(astray('health'))
  })

  test('G25: with another reading under the name of a fact is refused', async () => {
    const request = await practice.request()
    const { runId } = request.admission.admission
    const owner = await attested(runId, { fact: 'owner', action: 'practice.members' })
    expect(await forged(request, { facts: { owner } })).toMatchObject(astray('owner'))
  })

  test('G25: with a fact that nobody here has read, or that was read in another run, is refused', async () => {
    const request = await practice.request()
    const made = { ...request.grounds.facts['owner'], signature: Buffer.alloc(64).toString('base64') } as AttestedFact
    expect(await forged(request, { facts: { owner: made } })).toMatchObject(astray('not read'))
    const other = await attested('another-run', { fact: 'owner', action: 'practice.owner' })
    expect(await forged(request, { facts: { owner: other } })).toMatchObject(astray('not read'))
  })

  test('G25: with a value of an attested fact that was changed is refused', async () => {
    const request = await practice.request()
    const owner = structuredClone(request.grounds.facts['owner']) as { record: { value: object } } & AttestedFact
    owner.record.value = { digest: NEW, epoch: 99 }
    expect(await forged(request, { facts: { owner } })).toMatchObject(astray('not read'))
  })

  test('G25: with inputs that do not follow from the facts is refused', async () => {
    const request = await practice.request()
    const input = { ...request.input, to: NEW }
    expect(await practice.pass({ ...request, input })).toMatchObject(astray('its inputs'))
    expect(practice.world.did('switch')).toBe(0)
  })

  test('G7: with a premise that was read again after the decision is refused', async () => {
    const files = {
      'switch.yaml': SWITCH.replace(
        "sick: health.state == 'sick'",
        "sick: owner.epoch == owner.epoch && health.state == 'sick'",
      ),
    }
    await practice.close()
    practice = await Practice.open({ files })
    const request = await practice.request()
    practice.world.owner = { ...practice.world.owner, epoch: 8 }
    const owner = await attested(request.admission.admission.runId, { fact: 'owner', action: 'practice.owner' })
    const result = await forged(request, { facts: { owner } }, { input: { ...request.input, expectedEpoch: 8 } })
    expect(result).toMatchObject(astray('decision'))
    expect(practice.world.did('switch')).toBe(0)
  })

  test('G26: with the votes of one person for two roles is refused', async () => {
    await practice.close()
    practice = await Practice.open({ files: FILES, roles: { lead: ['ben'], 'on-call': ['ben', 'ada'] } })
    const votes = {
      agreed: [
        { user: 'ben', role: 'lead' },
        { user: 'ada', role: 'on-call' },
      ],
    }
    const request = await practice.request('note', { runbook: 'ask-two', inputs, votes })
    const step = { step: 'agreed' }
    const own = await Promise.all(
      ['lead', 'on-call'].map(async (role) => practice.vote(request.admission, { ...step, user: 'ben', role })),
    )
    expect(await forged(request, { votes: own })).toMatchObject(astray('not approved'))
    expect(await practice.pass(request)).toMatchObject({ status: 'done' })
  })

  test('G26: with a vote that nobody took here, or that was given in another run, is refused', async () => {
    const votes = { agreed: [{ user: 'ben', role: 'lead' }] }
    const request = await practice.request('note', { runbook: 'ask-first', inputs, votes })
    const [vote] = request.grounds.votes
    if (vote === undefined) throw new Error('no vote')
    const changed = { ...vote, vote: { ...vote.vote, reason: 'another one' } }
    expect(await forged(request, { votes: [changed] })).toMatchObject(astray('not approved'))
    const elsewhere = await practice.vote(await practice.admission('ask-first', { inputs }), {
      step: 'agreed',
      role: 'lead',
      user: 'ben',
    })
    expect(await forged(request, { votes: [elsewhere] })).toMatchObject(astray('not approved'))
  })
})

describe('a run that is none of ours', () => {
  test('G25: with an admission that was changed in one word causes no effect', async () => {
    const request = await practice.request()
    const { admission } = request.admission
    const other = { ...request.admission, admission: { ...admission, inputs: { ...admission.inputs, app: 'desk' } } }
    expect(await practice.pass({ ...request, admission: other })).toMatchObject(astray('not admitted'))
  })

  test('G25: that was started by hand with an admission of a run that is over causes no effect', async () => {
    const request = await practice.request()
    const workflow = { ...practice.seam(request).workflow, temporalRunId: 'started-by-hand' }
    expect(await practice.pass(request, { workflow })).toMatchObject(astray('another execution'))
  })

  test('G25: that stands under another workflow id causes no effect', async () => {
    const request = await practice.request()
    const workflow = { ...practice.seam(request).workflow, workflowId: 'switch/production/desk' }
    expect(await practice.pass(request, { workflow })).toMatchObject(astray('another workflow'))
  })

  test('G25: whose start was never recorded causes no effect', async () => {
    const request = await practice.request()
    const admission = await practice.admission()
    expect(await practice.pass({ ...request, admission })).toMatchObject(astray('never recorded'))
  })

  test('G25: whose Plan this installation has not kept causes no effect', async () => {
    const request = await practice.request()
    await rm(`${practice.folder}/.runproof/plans`, { recursive: true })
    const host = { ...practice.host, plans: new PlanArchive(`${practice.folder}/.runproof/plans`) }
    expect(await practice.pass(request, { host })).toMatchObject(astray('not one of this installation'))
  })

  test('G25: that asks for a step or an action that the Plan has not, causes no effect', async () => {
    const request = await practice.request()
    expect(await practice.pass({ ...request, step: 'look' })).toMatchObject(astray('no step'))
    expect(await practice.pass(request, { action: 'practice.writeNote' })).toMatchObject(astray('no step'))
    expect(await practice.pass({ ...request, step: '__proto__' })).toMatchObject(astray('no step'))
  })
})
