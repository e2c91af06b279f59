import { afterEach, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { defineAction } from '../../actions/define.ts'
import { bool, text } from '../../schemas/types.ts'
import type { EffectRequest } from '../../schemas/run.ts'
import { practiceDefinitions } from './practice-actions.ts'
import { practiceFile } from './practice-catalogue.ts'
import { runbookOf } from './practice-runbooks.ts'
import { Practice } from './practice.ts'

let practice: Practice
afterEach(async () => practice.close())

const INPUTS = { environment: 'production', app: 'shop' }
const EFFECTS = practiceFile('effects.yaml').replace('  note.write:', '  word.say: { target: {} }\n  note.write:')

/** Changes something of which nobody can read whether it happened. */
const say = defineAction({
  name: 'practice.say',
  summary: 'Say a word',
  input: z.strictObject({ text: text() }),
  output: z.strictObject({ heard: bool() }),
  effects: { 'word.say': {} },
  readBack: 'none',
  timeoutMs: 2_000,
  perform: async () => Promise.resolve({ heard: true }),
  settle: async () => Promise.resolve({ state: 'unknown', detail: 'nobody listens' }),
})

const rule = (check: string) => `${practiceFile('rules/practice.yaml')}
  - id: the-rule
    text: Not like this.
    source: test
${check.includes('state') ? '    facts: { state: { read: practice.health, with: { app: shop } } }\n' : ''}    checks:
      - ${check}
    overridable: never
    next: look again
`
const SAY = '  - { id: first, do: practice.say, with: { text: word }, leaves: it was said }\n'
const TELL = '  - { id: tell, do: practice.writeNote, with: { text: told }, leaves: the note stays }\n'

async function open(files: Record<string, string>): Promise<void> {
  practice = await Practice.open({
    definitions: [...practiceDefinitions(), say],
    files: { 'effects.yaml': EFFECTS, ...files },
  })
  expect(practice.host.catalogue.diagnostics).toEqual([])
}
const pass = async (asked: EffectRequest, more: object = {}) =>
  practice.pass(asked, { action: 'practice.writeNote', activity: asked.step, ...more })

describe('what a run has done', () => {
  test('G20: form 3 does not take the word of an action of which nobody can read whether it happened', async () => {
    const rules = rule('{ guards: [note.write], after: [word.say] }')
    await open({ 'rules/practice.yaml': rules, ...runbookOf('speak', `${SAY}${TELL}`) })
    const asked = await practice.request('tell', { runbook: 'speak', inputs: INPUTS })
    expect(await pass(asked)).toMatchObject({ status: 'denied', denial: { rule: 'the-rule', unknown: true } })
  })

  test('G15: is seen by a called runbook, also where it could not do the same', async () => {
    const judge = `  - { id: judge, decide: { silent: "run.effects.size() == 0" }, otherwise: spoken }
  - { id: note, when: { judge: spoken }, do: practice.writeNote, with: { text: spoken }, leaves: the note stays }
`
    await open({
      ...runbookOf('look-back', judge),
      ...runbookOf('caller', `${SAY}  - { id: call, call: look-back, continueOn: [unclear] }\n`),
    })
    await practice.run('caller', { inputs: INPUTS })
    expect(practice.world.changes.map(({ body }) => body['text'])).toEqual(['spoken'])
  })

  test('G17: is judged in a called runbook too, where the catalogue has lost the effect meanwhile', async () => {
    const rules = rule('{ during: { from: note.write, to: route.switch }, require: ["state.state == \'sick\'"] }')
    const callee = runbookOf('tell-it', TELL)
    const caller = runbookOf('caller', `${SAY}  - { id: call, call: tell-it, continueOn: [unclear] }\n`)
    await open({ 'rules/practice.yaml': rules, ...callee, ...caller })
    const asked = await practice.request('call.tell', { runbook: 'caller', inputs: INPUTS })
    const host = await practice.restarted({ files: { 'rules/practice.yaml': rules, ...callee } })
    expect(await pass(asked, { host })).toMatchObject({ status: 'done' })
  })
})
