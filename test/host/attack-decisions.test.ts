import { afterEach, describe, expect, test } from 'vitest'
import type { FactRecord } from '../../schemas/fact.ts'
import type { EffectRequest } from '../../schemas/run.ts'
import { effectsOf, runbookOf } from './practice-runbooks.ts'
import { Practice } from './practice.ts'

let practice: Practice
afterEach(async () => practice.close())

const INPUTS = { environment: 'production', app: 'shop' }
const NOTE = (id: string, more = '') =>
  `  - { id: ${id}, ${more}do: practice.writeNote, with: { text: ${id} }, leaves: the note stays }\n`
const indented = (steps: string) => steps.replace(/^(?=.)/gm, '    ')
const LOOK = '  - { id: look, read: [members, health] }\n'

async function open(steps: string): Promise<void> {
  practice = await Practice.open({ files: runbookOf('judge', steps) })
  expect(practice.host.catalogue.diagnostics).toEqual([])
  const items = ['m-1', 'm-2'].map((member) => ({ member, ready: member === 'm-1' }))
  practice.world.members = { items, complete: true }
}
const request = async (step = 'last') => practice.request(step, { runbook: 'judge', inputs: INPUTS })
const pass = async (asked: EffectRequest, more: object = {}) =>
  practice.pass(asked, { action: 'practice.writeNote', activity: asked.step, ...more })
const astray = { status: 'denied', denial: { by: 'admission' } }

/** The request for a later step, by a history that shows no decision. */
function ahead(asked: EffectRequest, step: string): EffectRequest {
  const grounds = { ...asked.grounds, decisions: {} }
  return { ...asked, step, input: { environment: 'production', text: step }, grounds }
}

describe('a decision in an item of a loop that is over', () => {
  const BLOCK = `  - id: each
    forEach: { one: members.items }
    steps:
${indented('  - { id: kind, decide: { ready: one.ready }, otherwise: away, continueOn: [ready, away] }\n')}${indented(NOTE('close', 'when: { kind: away }, '))}`

  test('G25: on the item alone is taken again: what it asks for cannot be left out', async () => {
    await open(`${LOOK}${BLOCK}${NOTE('last')}`)
    const asked = await request('close.1')
    expect(await pass(ahead(asked, 'last'))).toMatchObject(astray)
    expect(await pass(asked)).toMatchObject({ status: 'done' })
    expect(await pass(ahead(asked, 'last'), { attempt: 2 })).toMatchObject({ status: 'done' })
  })

  test('G25: and stops the run there, is an obstacle to whatever comes after it', async () => {
    const kind = indented('  - { id: kind, decide: { ready: one.ready }, otherwise: away, continueOn: [ready] }\n')
    const block = `  - id: each\n    forEach: { one: members.items }\n    steps:\n${indented(NOTE('close'))}${kind}`
    await open(`${LOOK}${block}${NOTE('last')}`)
    const asked = await request('close.1')
    expect(await pass(asked)).toMatchObject({ status: 'done' })
    expect(await pass(ahead(asked, 'last'))).toMatchObject(astray)
  })

  test('G25: on a reading of that item is not taken again: nothing shows it any more', async () => {
    const reads = BLOCK.replace('steps:\n', 'steps:\n      - { id: see, read: [health] }\n')
    const judged = reads.replace('ready: one.ready', `ready: "health.state == 'well' && one.ready"`)
    await open(`${LOOK.replace(', health', '')}${judged}${NOTE('last')}`)
    const { state } = await practice.run('judge', { inputs: INPUTS })
    expect(effectsOf(state).map(([, status]) => status)).toEqual(['done', 'done', 'done'])
    expect(effectsOf(state)).toHaveLength(3)
  })
})

describe('a decision in a block that is over', () => {
  test('G25: is shown by an honest run', async () => {
    const judge =
      '  - { id: kind, decide: { sick: "health.state == \'sick\'" }, otherwise: well, continueOn: [sick] }\n'
    await open(`${LOOK}  - id: first\n    steps:\n${indented(judge)}${indented(NOTE('write'))}${NOTE('last')}`)
    const { state } = await practice.run('judge', { inputs: INPUTS })
    expect(effectsOf(state)).toEqual([
      ['write', 'done'],
      ['last', 'done'],
    ])
  })
})

describe('a loop over an empty list', () => {
  test('G12: of which nobody has said that it may be empty, was not gone through', async () => {
    const loop = `  - id: each\n    forEach: { one: members.items }\n    do: practice.writeNote\n    with: { text: "{{one.member}}" }\n    leaves: the note stays\n`
    await open(`${LOOK.replace(', health', '')}${loop}${NOTE('last')}`)
    const asked = await request('each.0')
    const { runId } = asked.admission.admission
    const [members] = Object.values(asked.grounds.lists?.['each'] ?? {})
    const record = { ...members?.record, value: { items: [] } } as FactRecord
    const empty = await practice.host.keys.attest(runId, 'look.members', record)
    const forged = { ...ahead(asked, 'last'), grounds: { ...asked.grounds, lists: { each: { members: empty } } } }
    expect(await pass(forged)).toMatchObject(astray)
  })
})
