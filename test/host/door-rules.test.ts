import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { passClaim } from '../../engine/host/door/claim.ts'
import { NAMES } from '../../schemas/run.ts'
import type { ClaimRequest, ClaimResult, EffectResult } from '../../schemas/run.ts'
import { practiceFile } from './practice-catalogue.ts'
import { Practice } from './practice.ts'

let practice: Practice

beforeEach(async () => {
  practice = await Practice.open()
})
afterEach(async () => practice.close())

const EFFECTS = () => practiceFile('effects.yaml')
const RULES = () => practiceFile('rules/practice.yaml')

const NEVER = (guards: string, id = 'never-so') => `
  - id: ${id}
    text: Never do this.
    source: test
    facts:
      state: practice.health
    checks:
      - guards: [${guards}]
        require:
          - state.share < policy.mostShare
    overridable: never
    next: do something else
`

describe('the rules that bind', () => {
  test('G17: are also those of the worker’s own catalogue, which the Plan lacks', async () => {
    const request = await practice.request()
    const host = await practice.restarted({ files: { 'rules/practice.yaml': `${RULES()}${NEVER('route.switch')}` } })
    expect(await practice.pass(request, { host })).toMatchObject({ status: 'denied', denial: { rule: 'never-so' } })
    expect(practice.world.did('switch')).toBe(0)
  })

  test('G17: are also those of the Plan, which the worker’s catalogue has no more', async () => {
    const request = await practice.request()
    practice.world.health = { state: 'well', share: 0.5 }
    const none = RULES().replace("health.state == 'sick'", 'health.share > policy.mostShare')
    const host = await practice.restarted({ files: { 'rules/practice.yaml': none } })
    expect(await practice.pass(request, { host })).toMatchObject({
      status: 'denied',
      denial: { rule: 'only-when-sick' },
    })
  })

  test('G17: hold by the policy values of both, where the catalogue has another one now', async () => {
    const rules = `${RULES()}${NEVER('route.switch').replace('<', '>')}`
    await practice.close()
    practice = await Practice.open({ files: { 'rules/practice.yaml': rules } })
    const request = await practice.request()
    const policy = practiceFile('policy.yaml').replace('40%', '60%')
    const host = await practice.restarted({ files: { 'rules/practice.yaml': rules, 'policy.yaml': policy } })
    expect(await practice.pass(request, { host })).toMatchObject({ status: 'denied', denial: { rule: 'never-so' } })
    expect(await practice.pass(request, { attempt: 2 })).toMatchObject({ status: 'done' })
  })

  test('G18: on a parent guard every effect below it', async () => {
    await practice.close()
    practice = await Practice.open({ files: { 'rules/practice.yaml': `${RULES()}${NEVER('route.own')}` } })
    expect(await practice.pass(await practice.request())).toMatchObject({
      status: 'denied',
      denial: { rule: 'never-so' },
    })
  })

  test('G17: follow the worker’s own hierarchy of effects too, where an effect was put under another one since', async () => {
    const effects = EFFECTS()
      .replace('  route.own:', '  change: { target: { environment: environment, app: app } }\n  route.own:')
      .replace('route.own: { target', 'route.own: { under: change, target')
    const request = await practice.request()
    const host = await practice.restarted({
      files: { 'effects.yaml': effects, 'rules/practice.yaml': `${RULES()}${NEVER('change')}` },
    })
    expect(host.catalogue.diagnostics).toEqual([])
    expect(await practice.pass(request, { host })).toMatchObject({ status: 'denied', denial: { rule: 'never-so' } })
  })

  test('G17: an effect that only the Plan calls protective is not let through a closed window', async () => {
    const closed = 'closed:\n  - { from: 2020-01-01T00:00:00Z, to: 2999-01-01T00:00:00Z, reason: always }\n'
    await practice.close()
    practice = await Practice.open({
      files: {
        'effects.yaml': EFFECTS().replace('under: route.own, target', 'under: route.own, protective: true, target'),
      },
    })
    const request = await practice.request()
    const host = await practice.restarted({ files: { 'calendar.yaml': closed } })
    expect(await practice.pass(request, { host })).toMatchObject({ status: 'denied', denial: { by: 'change-window' } })
  })

  test('G18: an effect that no effects file names is refused, and the pass does not go round for ever', async () => {
    const request = await practice.request()
    const plan = await practice.host.plans.find(request.admission.admission.planDigest)
    if (plan === undefined) throw new Error('no Plan')
    const { 'route.switch': _gone, ...effects } = plan.effects
    const { 'route.switch': _too, ...current } = practice.host.catalogue.effects
    const host = {
      ...practice.host,
      plans: { find: async () => ({ ...plan, effects }) } as never,
      catalogue: { ...practice.host.catalogue, effects: current },
    }
    expect(await practice.pass(request, { host })).toMatchObject({ status: 'denied', denial: { by: 'admission' } })
  })
})

describe('what is forbidden', () => {
  const FORBID = (check: string) => `${RULES()}
  - id: not-beside
    text: Do not write notes beside a switch.
    source: test
    checks:
      - ${check}
    overridable: never
    next: leave it
`
  const NOTE =
    '  - { id: note, when: { judge: well }, do: practice.writeNote, with: { text: why }, leaves: the note stays }\n'
  const withNote = (before: string) => practiceFile('switch.yaml').replace(before, `${NOTE}${before}`)

  /** A run that came to its note by a catalogue of old, and a worker whose catalogue has a rule more. */
  async function noteUnder(check: string): Promise<EffectResult> {
    await practice.close()
    practice = await Practice.open({
      files: { 'switch.yaml': withNote('  - id: move').replace('when: { judge: well }, ', '') },
    })
    practice.world.health = { state: 'well', share: 0 }
    const request = await practice.request('note')
    const host = await practice.restarted({ files: { 'rules/practice.yaml': FORBID(check) } })
    expect(host.catalogue.diagnostics).toEqual([])
    return practice.pass(request, { host })
  }

  test.each([
    ['in every run', 'forbid: [note.write]'],
    [
      'beside an effect that the Plan can reach, below the one that is named',
      '{ forbid: [note.write], inRunsWith: [route.own] }',
    ],
  ])('G20: %s is denied at the door', async (_where, check) => {
    expect(await noteUnder(check)).toMatchObject({ status: 'denied', denial: { rule: 'not-beside' } })
    expect(practice.world.did('note')).toBe(0)
  })

  test('G20: beside an effect that the run can neither reach nor has done is let through', async () => {
    const check = '{ forbid: [note.write], inRunsWith: [claim.deadline-enforced] }'
    expect(await noteUnder(check)).toMatchObject({ status: 'done' })
  })

  test('G15: follows the run’s own receipts: what it has done itself counts, also for a rule that came later', async () => {
    const once = FORBID('{ guards: [route.switch], require: [\'run.effects.of("note.write").size() == 0\'] }')
    await practice.close()
    const note = NOTE.replace('well', 'sick')
    practice = await Practice.open({
      files: { 'switch.yaml': practiceFile('switch.yaml').replace('  - id: move', `${note}  - id: move`) },
    })
    const request = await practice.request('move')
    expect(practice.world.did('note')).toBe(1)
    const host = await practice.restarted({ files: { 'rules/practice.yaml': once } })
    expect(host.catalogue.diagnostics).toEqual([])
    expect(await practice.pass(request, { host })).toMatchObject({ status: 'denied', denial: { rule: 'not-beside' } })
  })
})

describe('a claim', () => {
  /** Says how a run ended, as some workflow asks for it. */
  async function say(claim: Partial<ClaimRequest>): Promise<ClaimResult> {
    const request = await practice.request()
    const asked = { admission: request.admission, outcome: 'switched', claims: [], ...claim }
    return passClaim(asked, practice.seam(request, { action: NAMES.claim, activity: 'claim.1' }))
  }

  const succeeded = (run: string) => ({ effect: 'claim.succeeded', target: { run } })

  test('G20: is an effect: the rules on it are judged on facts that the door reads now', async () => {
    practice.world.cures = false
    const ran = await practice.run()
    expect(ran.outcome).toMatchObject({ name: 'unclear', as: 'escalated' })
    practice.world.owner = { ...practice.world.owner, epoch: 7 }
    practice.world.cures = true
    expect((await practice.run()).outcome).toMatchObject({
      name: 'switched',
      as: 'succeeded',
      claims: ['claim.succeeded', 'claim.switched'],
    })
  })

  test('G20: of an outcome that leaves out what the Plan claims with it cannot be said', async () => {
    const run = 'whatever'
    for (const claims of [[], [succeeded(run)], [{ effect: 'claim.escalated', target: { run } }]]) {
      expect(await say({ claims })).toMatchObject({ status: 'denied', denial: { by: 'admission' } })
    }
  })

  test('G20: about another subject than the run’s cannot be said', async () => {
    const request = await practice.request()
    expect(await practice.pass(request)).toMatchObject({ status: 'done' })
    const { grounds } = request
    const run = request.admission.admission.runId
    const said = async (app: string) => {
      const target = { run, environment: 'production', app }
      const claims = [succeeded(run), { effect: 'claim.switched', target }]
      const seam = practice.seam(request, { action: NAMES.claim, activity: `claim.${app}` })
      return passClaim({ admission: request.admission, outcome: 'switched', claims, grounds }, seam)
    }
    expect(await said('another')).toMatchObject({ status: 'denied', denial: { by: 'admission' } })
    expect(await said('shop')).toMatchObject({ status: 'said' })
  })

  test('G20: of an outcome that neither the Plan nor the engine has cannot be said', async () => {
    expect(await say({ outcome: 'splendid', claims: [succeeded('x')] })).toMatchObject({
      status: 'denied',
      denial: { by: 'admission' },
    })
  })

  test('guards.md 1: neither stop switch nor change window holds it back', async () => {
    await practice.host.stops.stop({ scope: {}, reason: 'all of it', by: 'ada' })
    const ran = await practice.run()
    expect(ran.outcome).toMatchObject({ as: 'blocked', claims: ['claim.blocked'], denial: { by: 'stop-switch' } })
  })
})
