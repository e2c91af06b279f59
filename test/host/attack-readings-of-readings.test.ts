import { afterEach, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { defineReading } from '../../actions/define.ts'
import { takeReading } from '../../engine/host/readings.ts'
import { id } from '../../schemas/types.ts'
import type { AttestedFact, EffectRequest, Grounds } from '../../schemas/run.ts'
import { practiceDefinitions } from './practice-actions.ts'
import { runbookOf } from './practice-runbooks.ts'
import { Practice } from './practice.ts'

let practice: Practice
afterEach(async () => practice.close())

const INPUTS = { environment: 'production', app: 'shop' }
let leading = 'desk'

/** Says which app leads, and so is to be looked at. */
const leader = defineReading({
  name: 'practice.leader',
  summary: 'Which app leads',
  authority: 'authoritative',
  input: z.strictObject({ environment: id('environment'), app: id('app') }),
  output: z.strictObject({ app: id('app') }),
  timeoutMs: 2_000,
  read: async () => Promise.resolve({ value: { app: leading }, roundTrip: true, source: 'test' }),
})
const NOTE = '  - { id: note, do: practice.writeNote, with: { text: note }, leaves: the note stays }\n'
const JUDGE = '  - { id: judge, decide: { sick: "health.state == \'sick\'" }, otherwise: well, continueOn: [sick] }\n'
const FACTS = `
  leader: practice.leader
  health: { read: practice.health, with: { app: "{{leader.app}}" } }
`

async function open(steps: string): Promise<void> {
  const text = runbookOf('lead', steps)['lead.yaml'] ?? ''
  const facts = text.replace(/facts: \n.*\n|facts: \{\}\n/, `facts:${FACTS}`)
  const definitions = [...practiceDefinitions(), leader]
  practice = await Practice.open({ definitions, files: { 'lead.yaml': facts } })
  expect(practice.host.catalogue.diagnostics).toEqual([])
  leading = 'desk'
}

/** A reading of this run as any activity takes it: of whatever it is asked. */
async function taken({ admission }: EffectRequest, action: string, app: string): Promise<AttestedFact> {
  const definition = practice.host.definitions.get(action)
  if (definition?.kind !== 'reading') throw new Error('no reading')
  const about = { name: action.replace('practice.', ''), input: { environment: 'production', app } }
  const record = await takeReading(definition, about, practice.host.connections)
  return practice.host.keys.attest(admission.admission.runId, 'look.by-hand', record)
}

const pass = async (asked: EffectRequest, grounds: Partial<Grounds>, attempt: number) =>
  practice.pass(
    { ...asked, grounds: { ...asked.grounds, ...grounds } },
    { action: 'practice.writeNote', activity: 'note', attempt },
  )
const request = async () => practice.request('note', { runbook: 'lead', inputs: INPUTS })
const astray = { status: 'denied', denial: { by: 'admission' } }

describe('a reading whose input another reading gives', () => {
  test('G25: of something else than that one says leads nowhere', async () => {
    await open(`  - { id: look, read: [leader, health] }\n${JUDGE}${NOTE}`)
    const asked = await request()
    const of = async (app: string, from?: AttestedFact) => {
      const health = await taken(asked, 'practice.health', app)
      return { decisions: { judge: { health: from === undefined ? health : { ...health, from: { leader: from } } } } }
    }
    const says = await taken(asked, 'practice.leader', 'shop')
    expect(await pass(asked, await of('shop'), 1)).toMatchObject(astray)
    expect(await pass(asked, await of('shop', says), 2)).toMatchObject(astray)
    // What names the other is a reading of this run itself, and of what the Plan means.
    expect(
      await pass(asked, await of('shop', { ...says, record: { ...says.record, value: { app: 'shop' } } }), 3),
    ).toMatchObject(astray)
    leading = 'shop'
    expect(await pass(asked, await of('shop', await taken(asked, 'practice.leader', 'desk')), 4)).toMatchObject(astray)
    expect(await pass(asked, await of('desk', says), 5)).toMatchObject({ status: 'done' })
  })

  test('G25: goes on as it was read, also where the other one was read again since', async () => {
    await open(`  - { id: look, read: [leader, health] }\n  - { id: again, read: [leader] }\n${JUDGE}${NOTE}`)
    const asked = await request()
    expect(asked.grounds.decisions['judge']?.['health']?.record.input).toMatchObject({ app: 'desk' })
    expect(await pass(asked, {}, 1)).toMatchObject({ status: 'done' })
  })
})

describe('a reading whose input a called runbook gives', () => {
  const outcomes = '  found: { as: escalated, tell: [lead] }\n'
  const LOOK = '  - { id: look, read: [leader] }\n'
  const find = (id: string, steps: string, from: string) => {
    const text = runbookOf(id, steps, { outcomes, outputs: `{ app: "{{${from}.app}}" }` })[`${id}.yaml`] ?? ''
    return {
      [`${id}.yaml`]: text.replace('facts: {}', steps === LOOK ? 'facts: { leader: practice.leader }' : 'facts: {}'),
    }
  }
  const openCaller = async (found: string, files: Record<string, string>) => {
    const steps = `  - { id: find, call: ${found}, continueOn: [found] }\n  - { id: look, read: [health] }\n${JUDGE}${NOTE}`
    const text = runbookOf('lead', steps)['lead.yaml'] ?? ''
    const facts = text.replace(
      'health: practice.health',
      'health: { read: practice.health, with: { app: "{{find.app}}" } }',
    )
    practice = await Practice.open({
      definitions: [...practiceDefinitions(), leader],
      files: { 'lead.yaml': facts, ...files },
    })
    expect(practice.host.catalogue.diagnostics).toEqual([])
    leading = 'desk'
  }

  test('G25: is not believed where the grounds leave out what that one came to', async () => {
    await openCaller('find-leader', find('find-leader', LOOK, 'leader'))
    const asked = await request()
    const decisions = { judge: { health: await taken(asked, 'practice.health', 'shop') } }
    expect(await pass(asked, { decisions }, 1)).toMatchObject(astray)
    expect(await pass(asked, { decisions, lists: {} }, 2)).toMatchObject(astray)
    expect(await pass(asked, {}, 3)).toMatchObject({ status: 'done' })
  })

  test('G25: is followed through calls in calls', async () => {
    const inner = find('find-leader', LOOK, 'leader')
    const outer = find('find-it', '  - { id: inner, call: find-leader, continueOn: [found] }\n', 'inner')
    await openCaller('find-it', { ...inner, ...outer })
    expect(await pass(await request(), {}, 1)).toMatchObject({ status: 'done' })
  })
})
