import { afterEach, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { defineAction } from '../../actions/define.ts'
import { takeReading } from '../../engine/host/readings.ts'
import { id } from '../../schemas/types.ts'
import type { AttestedFact, EffectRequest } from '../../schemas/run.ts'
import { practiceDefinitions } from './practice-actions.ts'
import { runbookOf } from './practice-runbooks.ts'
import { Practice } from './practice.ts'

let practice: Practice
afterEach(async () => practice.close())

const INPUTS = { environment: 'production', app: 'shop' }

/** Names the app that is to be looked at from then on. */
const pick = defineAction({
  name: 'practice.pick',
  summary: 'Pick an app',
  input: z.strictObject({ environment: id('environment') }),
  output: z.strictObject({ app: id('app') }),
  effects: { 'note.write': { environment: 'environment' } },
  timeoutMs: 2_000,
  perform: async () => Promise.resolve({ app: 'desk' }),
  settle: async () => Promise.resolve({ state: 'done', output: { app: 'desk' } }),
})
const STEPS = `  - { id: pick, do: practice.pick, leaves: it is picked }
  - { id: look, read: [health] }
  - { id: judge, decide: { sick: "health.state == 'sick'" }, otherwise: well, continueOn: [sick] }
  - { id: note, do: practice.writeNote, with: { text: note }, leaves: the note stays }
`
const READING = 'health: { read: practice.health, with: { app: "{{pick.app}}" } }'

/** A reading of this run as any activity takes it: of whatever it is asked. */
async function taken({ admission }: EffectRequest, app: string): Promise<AttestedFact> {
  const definition = practice.host.definitions.get('practice.health')
  if (definition?.kind !== 'reading') throw new Error('no reading')
  const about = { name: 'health', input: { environment: 'production', app } }
  const record = await takeReading(definition, about, practice.host.connections)
  return practice.host.keys.attest(admission.admission.runId, 'look.health', record)
}

describe('a reading that was really taken in this run', () => {
  test('G25: of something else than an earlier step has named leads nowhere', async () => {
    const files = runbookOf('pick', STEPS)
    const text = (files['pick.yaml'] ?? '').replace('health: practice.health', READING)
    practice = await Practice.open({ definitions: [...practiceDefinitions(), pick], files: { 'pick.yaml': text } })
    expect(practice.host.catalogue.diagnostics).toEqual([])
    const asked = await practice.request('note', { runbook: 'pick', inputs: INPUTS })
    const pass = async (app: string, attempt: number) => {
      const decisions = { judge: { health: await taken(asked, app) } }
      const request = { ...asked, grounds: { ...asked.grounds, decisions } }
      return practice.pass(request, { action: 'practice.writeNote', activity: 'note', attempt })
    }
    expect(await pass('shop', 1)).toMatchObject({ status: 'denied', denial: { by: 'admission' } })
    expect(await pass('desk', 2)).toMatchObject({ status: 'done' })
  })
})
