import { z } from 'zod'
import { afterEach, describe, expect, test } from 'vitest'
import { defineAction } from '../../actions/define.ts'
import { bool, text } from '../../schemas/types.ts'
import type { EffectRequest } from '../../schemas/run.ts'
import { practiceDefinitions } from './practice-actions.ts'
import { practiceFile } from './practice-catalogue.ts'
import { runbookOf } from './practice-runbooks.ts'
import { Practice } from './practice.ts'

let practice: Practice
afterEach(async () => practice.close())

const EFFECTS = `${practiceFile('effects.yaml').replace('  note.write:', '  word.say: { target: {} }\n  note.write:')}`
const said: string[] = []

/** Changes something without naming where. */
const say = defineAction({
  name: 'practice.say',
  summary: 'Say a word',
  input: z.strictObject({ text: text() }),
  output: z.strictObject({ heard: bool() }),
  effects: { 'word.say': {} },
  timeoutMs: 2_000,
  perform: async (input) => {
    said.push(input.text)
    return Promise.resolve({ heard: true })
  },
  settle: async () => Promise.resolve({ state: 'done', output: { heard: true } }),
})
const NOTE = (id: string, more: string) => `  - id: ${id}\n    do: practice.say\n    with: { text: ${id} }\n${more}`
const CALLEE = NOTE('empty', '    undo: { do: practice.say, with: { text: back } }\n')
const CALLER = `  - { id: drain, call: drain-it, with: { where: "{{inputs.other}}" }, continueOn: [unclear] }
`
const WHERE = { inputs: '{ app: app, where: environment, environment: { type: environment, default: staging } }' }
const OTHER = { inputs: '{ app: app, other: environment, environment: { type: environment, default: staging } }' }

async function open(): Promise<void> {
  practice = await Practice.open({
    definitions: [...practiceDefinitions(), say],
    files: {
      'effects.yaml': EFFECTS,
      ...runbookOf('drain-it', CALLEE, WHERE),
      ...runbookOf('caller', CALLER, OTHER),
    },
  })
  expect(practice.host.catalogue.diagnostics).toEqual([])
  said.length = 0
}

const pass = async (asked: EffectRequest, more: object = {}) =>
  practice.pass(asked, { action: 'practice.say', activity: asked.step, ...more })
const request = async () =>
  practice.request('drain.empty', {
    runbook: 'caller',
    inputs: { app: 'shop', other: 'production', environment: 'staging' },
  })
const stopped = { status: 'denied', denial: { by: 'stop-switch' } }

describe('an emergency stop of an environment', () => {
  test('guards.md 1: holds in a called runbook, by what its call hands over', async () => {
    await open()
    const asked = await request()
    await practice.host.stops.stop({ scope: { environment: 'production' }, reason: 'all of it', by: 'ada' })
    expect(await pass(asked)).toMatchObject(stopped)
    expect(said).toEqual([])
  })

  test('guards.md 1: of another environment does not', async () => {
    await open()
    const asked = await request()
    await practice.host.stops.stop({ scope: { environment: 'lab' }, reason: 'all of it', by: 'ada' })
    expect(await pass(asked)).toMatchObject({ status: 'done' })
  })

  test('guards.md 1: that is set before an undo holds the undo', async () => {
    await open()
    const asked = await request()
    expect(await pass(asked)).toMatchObject({ status: 'done' })
    await practice.host.stops.stop({ scope: { environment: 'production' }, reason: 'all of it', by: 'ada' })
    const back = { ...asked, step: 'drain.empty-undo', input: { ...asked.input, text: 'back' } }
    expect(await pass(back)).toMatchObject(stopped)
  })
})
