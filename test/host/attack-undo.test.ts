import { afterEach, describe, expect, test } from 'vitest'
import type { EffectRequest, EffectResult } from '../../schemas/run.ts'
import { runbookOf, withLook } from './practice-runbooks.ts'
import { Practice } from './practice.ts'

let practice: Practice
afterEach(async () => practice.close())

const INPUTS = { environment: 'production', app: 'shop' }
const UNDO = (text: string) => `    undo: { do: practice.writeNote, with: { text: ${text} } }\n    leaves: it is safe\n`
const NOTE = (id: string, more = UNDO(`no ${id}`)) =>
  `  - id: ${id}\n    do: practice.writeNote\n    with: { text: ${id} }\n${more}`
const TWO = `${NOTE('first')}${NOTE('second')}${NOTE('last', '    leaves: it stays\n')}`
const LOOP = (atOnce: string) =>
  `${withLook(`  - id: each
    forEach: { member: members.items }
${atOnce}    do: practice.writeNote
    with: { text: "{{member.member}}" }
    undo: { do: practice.writeNote, with: { text: "no {{member.member}}" } }
    leaves: it is safe
`)}${NOTE('last', '    leaves: it stays\n')}`
const CALLER = `  - { id: drain, call: drain-it, continueOn: [unclear] }\n${NOTE('reboot')}${NOTE('last', '    leaves: it stays\n')}`

async function open(files: Record<string, string>): Promise<void> {
  practice = await Practice.open({ files })
  expect(practice.host.catalogue.diagnostics).toEqual([])
  const items = ['m-1', 'm-2'].map((member) => ({ member, ready: true }))
  practice.world.members = { items, complete: true }
}

let attempts = 0
/** A request for an undo, as somebody makes it by hand. */
async function undo(asked: EffectRequest, step: string, text: string): Promise<EffectResult> {
  const request = { ...asked, step: `${step}-undo`, input: { environment: 'production', text } }
  return practice.pass(request, { action: 'practice.writeNote', activity: request.step, attempt: (attempts += 1) })
}
const request = async (runbook: string) => practice.request('last', { runbook, inputs: INPUTS })
const notes = () => practice.world.changes.map(({ body }) => body['text'])
const tooEarly = (step: string) => ({
  status: 'denied',
  denial: { by: 'admission', message: expect.stringContaining(`\`${step}\` was done after it`) as unknown },
})

describe('an undo that is asked for by hand', () => {
  test('G24: is denied before that of a later step', async () => {
    await open(runbookOf('two', TWO))
    const asked = await request('two')
    expect(await undo(asked, 'first', 'no first')).toMatchObject(tooEarly('second'))
    expect(await undo(asked, 'second', 'no second')).toMatchObject({ status: 'done' })
    expect(await undo(asked, 'first', 'no first')).toMatchObject({ status: 'done' })
    expect(notes()).toEqual(['first', 'second', 'no second', 'no first'])
  })

  test('G24: waits for that of a later step only until that was denied', async () => {
    await open(runbookOf('two', TWO))
    const asked = await request('two')
    const stop = await practice.host.stops.stop({ scope: {}, reason: 'all of it', by: 'ada' })
    expect(await undo(asked, 'second', 'no second')).toMatchObject({ status: 'denied', denial: { by: 'stop-switch' } })
    await practice.host.stops.release(stop.id, { reason: 'over', by: 'ada' })
    expect(await undo(asked, 'first', 'no first')).toMatchObject({ status: 'done' })
  })

  test('G24: of an item is denied before that of a later one, unless they went side by side', async () => {
    await open({ ...runbookOf('in-order', LOOP('')), ...runbookOf('aside', LOOP('    atOnce: 2\n')) })
    const inOrder = await request('in-order')
    expect(await undo(inOrder, 'each.0', 'no m-1')).toMatchObject(tooEarly('each.1'))
    expect(await undo(inOrder, 'each.1', 'no m-2')).toMatchObject({ status: 'done' })
    expect(await undo(inOrder, 'each.0', 'no m-1')).toMatchObject({ status: 'done' })
    const aside = await request('aside')
    expect(await undo(aside, 'each.0', 'no m-1')).toMatchObject({ status: 'done' })
  })

  test('G24: of what a called runbook did is denied before that of what came after the call', async () => {
    await open({ ...runbookOf('drain-it', `${NOTE('empty')}${NOTE('switch')}`), ...runbookOf('caller', CALLER) })
    const asked = await request('caller')
    expect(await undo(asked, 'drain.switch', 'no switch')).toMatchObject(tooEarly('reboot'))
    expect(await undo(asked, 'reboot', 'no reboot')).toMatchObject({ status: 'done' })
    expect(await undo(asked, 'drain.empty', 'no empty')).toMatchObject(tooEarly('drain.switch'))
    expect(await undo(asked, 'drain.switch', 'no switch')).toMatchObject({ status: 'done' })
    expect(await undo(asked, 'drain.empty', 'no empty')).toMatchObject({ status: 'done' })
  })

  test('G24: does not wait for one of which nobody can tell what it goes back to', async () => {
    const back =
      '    undo: { do: practice.switchOwner, with: { to: "{{owner.digest}}", expectedEpoch: "{{owner.epoch}}" } }\n'
    const second = NOTE('second', `${back}    leaves: it is safe\n`)
    await open(
      runbookOf(
        'two',
        `  - { id: look, read: [owner] }\n${NOTE('first')}${second}${NOTE('last', '    leaves: it stays\n')}`,
      ),
    )
    const asked = await request('two')
    expect(await undo(asked, 'first', 'no first')).toMatchObject({ status: 'done' })
  })
})

describe('a run that stops', () => {
  test('G24: takes back through the door what it has done, last first', async () => {
    const stops =
      '  - { id: judge, decide: { well: "health.state == \'well\'" }, otherwise: sick, continueOn: [well] }\n'
    const steps = `  - { id: look, read: [health, members] }\n${LOOP('    atOnce: 2\n')
      .replace(/^.*look.*\n/, '')
      .replace(
        /  - id: last[^]*/,
        '',
      )}${NOTE('first')}  - { id: drain, call: drain-it, continueOn: [unclear] }\n${stops}`
    await open({ ...runbookOf('stopping', steps), ...runbookOf('drain-it', NOTE('empty')) })
    await practice.run('stopping', { inputs: INPUTS })
    expect(notes().slice(0, 6)).toEqual([
      expect.anything(),
      expect.anything(),
      'first',
      'empty',
      'no empty',
      'no first',
    ])
    expect(notes().slice(6).sort()).toEqual(['no m-1', 'no m-2'])
  })
})
