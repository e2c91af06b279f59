import { afterEach, expect, test } from 'vitest'
import { definitionsFromAllowlist } from '../../actions/allowlist.ts'
import type { EffectRequest } from '../../schemas/run.ts'
import { practiceDefinitions } from './practice-actions.ts'
import { SWITCH } from './practice-catalogue.ts'
import { Practice } from './practice.ts'

let practice: Practice
afterEach(async () => practice.close())

const BY_HAND = 'It is not tried again; look at the target by hand, and finish there what is left half done'

test('G9: a command that failed ends effect-unknown, and says how it ended and what a person does', async () => {
  const request = await requestOf('echo broken >&2; exit 3')
  const result = await practice.pass(request)
  expect(result).toMatchObject({ status: 'effect-unknown' })
  expect(messageIn(result)).toBe(
    'nobody can say whether shell.mend happened: `sh` ended with exit code 3; the end of its standard error: “broken”; ' +
      `nothing tells whether its effect happened, since \`sh\` cannot be asked. ${BY_HAND} ` +
      `(the idempotency key was ${request.admission.admission.runId}/move/0)`,
  )
})

test('G9: the run of a command that failed is failed-unsafe, and the same words stand in its state', async () => {
  await open('echo broken >&2; exit 3')
  const { outcome, state } = await practice.run()
  const words = expect.stringContaining(
    '`sh` ended with exit code 3; the end of its standard error: “broken”',
  ) as string
  expect(outcome).toMatchObject({ name: 'failed-unsafe', message: words })
  expect(state.steps).toContainEqual(expect.objectContaining({ id: 'move', result: 'effect-unknown', detail: words }))
})

test('G9: a command whose time was over ends effect-unknown, and says so', async () => {
  const request = await requestOf('sleep 300', 300)
  const result = await practice.pass(request)
  expect(result).toMatchObject({ status: 'effect-unknown' })
  expect(messageIn(result)).toContain('happened: its time was over before it had ended; ')
  expect(messageIn(result)).toContain(BY_HAND)
})

test('G9: a command that ends with its cancelled run says so', async () => {
  const request = await requestOf('sleep 300')
  const cancelled = AbortSignal.abort(new Error('CANCELLED'))
  const stop = new AbortController()
  setTimeout(() => stop.abort(cancelled.reason), 500)
  const result = await practice.pass(request, { cancelled: stop.signal })
  expect(messageIn(result)).toContain('it was ended, because the run was cancelled or the worker stopped; ')
})

test('G1: a command whose worker died is not run again, and nobody is sent to an authority', async () => {
  const request = await requestOf('exit 0')
  const { store } = practice.host
  const putOnce: typeof store.putOnce = async (runId, name, bytes) => {
    if (name.endsWith('.receipt.json')) throw new Error('the worker died')
    return store.putOnce(runId, name, bytes)
  }
  const dying = { ...practice.host, store: { ...store, putOnce } }
  await expect(practice.pass(request, { host: dying })).rejects.toThrow('the worker died')
  const result = await practice.pass(request, { attempt: 2 })
  expect(result).toMatchObject({ status: 'effect-unknown' })
  expect(messageIn(result)).toContain('its attempt was cut off, and its end was not recorded; nothing tells')
  expect(messageIn(result)).toContain(BY_HAND)
})

async function open(script: string, timeoutMs = 10_000): Promise<void> {
  const inputs = { environment: { type: { kind: 'id', of: 'environment' } } } as const
  const effects = { 'note.write': { environment: 'environment' } }
  const entry = { id: 'mend', program: 'sh', args: ['-c', script], inputs, timeoutMs, effects }
  const definitions = [...practiceDefinitions(), ...definitionsFromAllowlist({ shell: [entry], http: [] })]
  const call = /do: practice\.switchOwner\n.*\n/
  const mending = SWITCH.replace(call, 'do: shell.mend\n    with: { environment: "{{inputs.environment}}" }\n')
  practice = await Practice.open({ files: { 'switch.yaml': mending }, definitions })
}

async function requestOf(script: string, timeoutMs?: number): Promise<EffectRequest> {
  await open(script, timeoutMs)
  return practice.request()
}

function messageIn(result: object): string {
  return 'message' in result && typeof result.message === 'string' ? result.message : ''
}
