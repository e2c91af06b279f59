import { afterEach, describe, expect, test } from 'vitest'
import type { EffectRequest } from '../../schemas/run.ts'
import { effectsOf, runbookOf, withLook } from './practice-runbooks.ts'
import { Practice } from './practice.ts'
import type { RunOptions } from './practice.ts'

let practice: Practice
afterEach(async () => practice.close())

const INPUTS = { environment: 'production', app: 'shop' }

const EACH = withLook(`  - id: tell
    forEach: { member: members.items }
    do: practice.writeNote
    with: { text: "{{member.member}}" }
    leaves: the note stays
`)
const BLOCK = withLook(`  - id: all
    forEach: { member: members.items }
    steps:
      - { id: again, read: [health] }
      - { id: judge, decide: { ready: "member.ready && health.state == 'sick'" }, otherwise: not-ready }
      - id: tell
        when: { judge: ready }
        do: practice.writeNote
        with: { text: "{{member.member}}" }
        leaves: the note stays
  - id: after
    do: practice.writeNote
    with: { text: all were told }
    leaves: the note stays
`)
const CALLER = `  - { id: look, read: [health] }
  - { id: ask, call: note-it, with: { word: "{{health.state}}" } }
  - id: after
    do: practice.writeNote
    with: { text: "{{ask.said}}" }
    leaves: the note stays
`
const CALLEE = `  - { id: look, read: [health] }
  - { id: judge, decide: { sick: "health.state == 'sick'" }, otherwise: well }
  - { id: tell, do: practice.writeNote, with: { text: "{{inputs.word}}" }, leaves: the note stays }
`

const FILES = {
  ...runbookOf('each', EACH),
  ...runbookOf('block', BLOCK),
  ...runbookOf('caller', CALLER),
  ...runbookOf('note-it', CALLEE, {
    inputs: '{ environment: environment, app: app, word: text }',
    outputs: '{ said: "{{inputs.word}}" }',
  }),
}

const MEMBERS = {
  items: [
    { member: 'm-1', ready: true },
    { member: 'm-2', ready: true },
    { member: 'm-3', ready: true },
  ],
  complete: true,
}

async function open(files: Record<string, string> = FILES): Promise<void> {
  practice = await Practice.open({ files })
  expect(practice.host.catalogue.diagnostics).toEqual([])
  practice.world.members = MEMBERS
}

const ran = async (runbook: string, options: RunOptions = {}) => practice.run(runbook, { inputs: INPUTS, ...options })
const request = async (runbook: string, step: string) => practice.request(step, { runbook, inputs: INPUTS })
const notes = () => practice.world.changes.map(({ body }) => body['text'])
const seamOf = (step: string) => ({ action: 'practice.writeNote', activity: step })
const pass = async (asked: EffectRequest) => practice.pass(asked, seamOf(asked.step))
const astray = (what: string) => ({
  status: 'denied',
  denial: { by: 'admission', message: expect.stringContaining(what) as unknown },
})

describe('a loop', () => {
  test('G25: over an attested list passes the door once for each item, in an instance of its own', async () => {
    await open()
    const { state, signed } = await ran('each')
    expect(effectsOf(state)).toEqual([
      ['tell.0', 'done'],
      ['tell.1', 'done'],
      ['tell.2', 'done'],
    ])
    expect(notes()).toEqual(['m-1', 'm-2', 'm-3'])
    expect(await practice.records({ admission: signed })).toEqual(
      [0, 1, 2].flatMap((item) => [`tell.${item}@1.intent.json`, `tell.${item}@1.receipt.json`]),
    )
  })

  test('G25: has no item that the attested list lacks', async () => {
    await open()
    const asked = await request('each', 'tell.0')
    for (const step of ['tell.3', 'tell.00', 'tell', 'tell.0.0', 'tell.-1'])
      expect(await pass({ ...asked, step })).toMatchObject({ status: 'denied', denial: { by: 'admission' } })
    expect(notes()).toEqual([])
  })

  test('G25: gives an item nothing but its own', async () => {
    await open()
    const asked = await request('each', 'tell.0')
    const input = { ...asked.input, text: 'm-2' }
    expect(await pass({ ...asked, input })).toMatchObject(astray('its inputs'))
  })

  test('G25: goes on to an item only after those before it', async () => {
    await open()
    const asked = await request('each', 'tell.1')
    const third = { ...asked, step: 'tell.2', input: { ...asked.input, text: 'm-3' } }
    expect(await pass(third)).toMatchObject(astray('`tell.1`'))
    expect(await pass(asked)).toMatchObject({ status: 'done' })
    expect(await pass(third)).toMatchObject({ status: 'done' })
  })

  test('G25: over a list that nobody here has read is refused', async () => {
    await open()
    const asked = await request('each', 'tell.0')
    const [basis] = Object.values(asked.grounds.lists ?? {})
    const forged = structuredClone(basis?.['members']) as { record: { value: object } } | undefined
    if (forged === undefined) throw new Error('no list')
    forged.record.value = { items: [{ member: 'mine', ready: true }] }
    const lists = { tell: { members: forged as never } }
    const result = await pass({
      ...asked,
      input: { ...asked.input, text: 'mine' },
      grounds: { ...asked.grounds, lists },
    })
    expect(result).toMatchObject(astray('not read'))
    expect(await pass({ ...asked, grounds: { ...asked.grounds, lists: {} } })).toMatchObject(
      astray('over what `tell` goes'),
    )
  })
})

describe('a block with a loop', () => {
  test('G25: decides for each item, on that item’s own readings', async () => {
    await open()
    practice.world.members = {
      ...MEMBERS,
      items: [MEMBERS.items[0], { member: 'm-2', ready: false }, MEMBERS.items[2]],
    }
    const { state } = await ran('block')
    expect(effectsOf(state)).toEqual([
      ['tell.0', 'done'],
      ['tell.2', 'done'],
      ['after', 'done'],
    ])
  })

  test('G25: a decision on one item does not lead to the effect on another', async () => {
    await open()
    practice.world.members = { ...MEMBERS, items: [MEMBERS.items[0], { member: 'm-2', ready: false }] }
    const asked = await request('block', 'tell.0')
    expect(await pass(asked)).toMatchObject({ status: 'done' })
    const decisions = { ...asked.grounds.decisions, 'judge.1': asked.grounds.decisions['judge.0'] ?? {} }
    const other = {
      ...asked,
      step: 'tell.1',
      input: { ...asked.input, text: 'm-2' },
      grounds: { ...asked.grounds, decisions },
    }
    expect(await pass(other)).toMatchObject(astray('`judge` did not end with ready'))
  })
})

describe('a called runbook', () => {
  test('G25: passes the door with the inputs that the call hands over, and gives its outputs back', async () => {
    await open()
    const { state } = await ran('caller')
    expect(effectsOf(state)).toEqual([
      ['ask.tell', 'done'],
      ['after', 'done'],
    ])
    expect(notes()).toEqual(['sick', 'sick'])
  })

  test('G25: gets no other inputs than those', async () => {
    await open()
    const asked = await request('caller', 'ask.tell')
    expect(await pass({ ...asked, input: { ...asked.input, text: 'well' } })).toMatchObject(astray('its inputs'))
    const lists = Object.fromEntries(Object.entries(asked.grounds.lists ?? {}).filter(([id]) => id !== 'ask'))
    expect(await pass({ ...asked, grounds: { ...asked.grounds, lists } })).toMatchObject(astray('its inputs'))
  })

  test('G25: must have ended before the caller goes on', async () => {
    await open()
    const asked = await request('caller', 'ask.tell')
    const after = { ...asked, step: 'after', input: { environment: 'production', text: 'sick' } }
    expect(await pass(after)).toMatchObject(astray('nothing shows how `ask` ended'))
  })
})
