import { describe, expect, test } from 'vitest'
import { compileCatalogue, sourceOf } from '../../engine/language/catalogue.ts'
import type { Contract } from '../../schemas/contract.ts'
import type { RulePlan } from '../../schemas/plan.ts'
import { compileWith, withFile } from './compile-case.ts'
import { contracts } from './contracts.ts'

const bytes = (text: string) => new TextEncoder().encode(text)

/** A rule of these checks, as YAML. */
const rule = (checks: string, more = '') =>
  bytes(`rules:
  - id: the-rule
    text: Do not.
    source: ours
${more}    checks:
${checks}
    overridable: never
    next: wait
`)

const STATE = '    facts:\n      state: platform.hostState\n'

const HEAD = `runbook: acts
title: Acts
source: ours
owner: on-call
goal: service
inputs: { environment: environment, app: app, host: host }
coalesce: [app]
doNot: []
facts:
  state: platform.hostState
  owner: platform.routeOwner
  previous: platform.previousOwner
  errors: prometheus.errorRatio
  bindings: platform.bindings
  hosts: { read: platform.hosts, ifEmpty: allow }
`

const DRAIN = `
  - id: drain
    do: platform.drainHost
    with: { expectedVersion: "{{state.version}}" }
    undo: { do: platform.undrainHost, with: { expectedVersion: "{{drain.version}}" } }
    leaves: the host stays drained
`
const TELL = `
  - id: tell
    do: platform.tell
    with: { cause: other }
    leaves: the page says so
`
const FREEZE = `
  - id: freeze
    do: platform.freezePromotions
    with: { lasts: "{{policy.patience}}" }
    leaves: the freeze ends by itself
`
const ROLLBACK = `
  - id: back
    do: platform.rollbackRouteOwner
    with: { to: "{{previous.digest}}", expectedEpoch: "{{owner.epoch}}" }
    leaves: the older version serves
`
const LOOK = `
  - id: look
    read: [state, owner, previous, errors, bindings, hosts]
`

/** The runbook with these steps; every fact is read, so that none is left over. */
const runbook = (steps: string) =>
  `${HEAD}steps:${LOOK}${steps}\noutcomes:\n  unclear: { as: escalated, tell: [on-call] }\n`

function compile(steps: string, rules: Uint8Array) {
  const { catalogue } = compileWith('base/acts.yaml', runbook(steps), rules)
  const own = catalogue.diagnostics.filter(({ span }) => /acts|rules/.test(span.file))
  const found = own.map(({ code, message }) => `${code} ${message}`)
  return { found, plan: catalogue.runbooks['acts']?.plan, rules: catalogue.rules }
}

/** The bindings of the rule, each in one line. */
function bound(steps: string, rules: Uint8Array): string[] {
  const { found, plan } = compile(steps, rules)
  expect(found).toEqual([])
  return (plan?.bindings ?? []).map(
    ({ check, at, guarded, verdict, moments }) => `${check} ${at} ${guarded} ${verdict} ${moments.join('')}`,
  )
}

describe('G20: every form compiles to what the door judges', () => {
  const checkOf = (checks: string, facts = ''): RulePlan['checks'][number] | undefined => {
    const { rules, found } = compile('', rule(checks, facts))
    expect(found).toEqual([])
    return rules[0]?.checks[0]
  }

  test('form 1, with `hold`', () => {
    const check = checkOf(
      `      - guards: [host.drain]
        hold: [target.host, target.environment]
        require: [state.drained]`,
      STATE,
    )
    expect(check).toMatchObject({
      form: 'require',
      hold: [
        ['target', 'host'],
        ['target', 'environment'],
      ],
      require: [{ cel: 'state.drained', uses: [['state', 'drained']] }],
    })
  })

  test('form 3', () => {
    const check = checkOf(`      - guards: [host.drain, platform.errorLines]
        after: [status.publish, platform.routeOwner]`)
    expect(check).toEqual({
      form: 'after',
      guards: ['host.drain', 'platform.errorLines'],
      after: ['status.publish', 'platform.routeOwner'],
    })
  })

  test('form 4', () => {
    const check = checkOf(`      - guards: [route.own]
        onlyFrom: [platform.previousOwner]
        input: [to, app]`)
    expect(check).toEqual({
      form: 'only-from',
      guards: ['route.own'],
      onlyFrom: ['platform.previousOwner'],
      input: ['to', 'app'],
    })
  })

  test('form 6', () => {
    const check = checkOf(
      `      - during: { from: host.drain, to: host.undrain }
        require: [state.drained]`,
      STATE,
    )
    expect(check).toMatchObject({ form: 'during', from: 'host.drain', to: 'host.undrain' })
  })

  test('form 7, with the name of its bound and its value', () => {
    const rules = rule('      - mustWithin: { after: promotion.freeze, do: status.publish, within: policy.patience }')
    const { plan, rules: compiled } = compile(FREEZE + TELL, rules)
    const check = { form: 'must-within', after: 'promotion.freeze', do: 'status.publish' }
    expect(compiled[0]?.checks).toEqual([{ ...check, withinMs: 300_000, within: 'patience' }])
    expect(plan?.policy['patience']?.value).toBe(300_000)
  })

  test('`overridable` with its condition, its role, and the facts that it needs', () => {
    const rules = bytes(`rules:
  - id: the-rule
    text: Do not.
    source: ours
    facts:
      state: platform.hostState
      bindings: { read: platform.bindings, with: { app: shop } }
    checks:
      - guards: [host.drain]
        require: [state.drained]
    overridable: { when: "bindings.items.all(b, b.state == 'ready')", who: lead }
    next: wait
`)
    const { rules: compiled, found } = compile(DRAIN, rules)
    expect(found).toEqual([])
    expect(compiled[0]).toMatchObject({
      overridable: { who: 'lead', when: { uses: [['bindings', 'items']] } },
      facts: { state: {}, bindings: {} },
    })
  })
})

describe('G20: form 2, settled', () => {
  const build = `
  - id: build
    do: platform.buildArtifact
    with: { ref: main }
    leaves: an artifact lies about
`
  const rules = rule('      - forbid: [artifact.build]\n        inRunsWith: [route.rollback]')

  test('what is forbidden on no path with the other is settled at both', () => {
    expect(bound(ROLLBACK, rules)).toEqual(['0 back route.rollback settled CA'])
  })

  test('the undo, an option of a question and a callee count like a step', () => {
    const ask = `
  - id: ask
    ask: Build it anew?
    who: lead
    within: 5m
    choose:
      build: { effects: [artifact.build] }
      leave: { effects: [] }
`
    expect(compile(ROLLBACK + build, rules).found).toEqual([
      'RB0411 `the-rule` forbids what `build` does in a run with `back`',
    ])
    expect(compile(ask + ROLLBACK, rules).found).toEqual([
      'RB0411 `the-rule` forbids what `ask?build` does in a run with `back`',
    ])
    const undone = rule('      - forbid: [host.undrain]')
    expect(compile(DRAIN, undone).found).toEqual(['RB0411 `the-rule` forbids what `drain-undo` does'])
  })
})

describe('G20: form 3, settled', () => {
  const tellFirst = rule('      - guards: [route.rollback]\n        after: [status.publish]')

  test('an effect that every path has before it is settled, and judged all the same', () => {
    expect(bound(TELL + ROLLBACK, tellFirst)).toEqual(['0 back route.rollback settled CA'])
  })

  test('one that only some path has before it is left to the run', () => {
    const decide = `
  - id: judge
    decide: { well: state.drained }
    otherwise: ill
`
    const telling = TELL.replace('id: tell', 'id: tell\n    when: { judge: ill }')
    expect(bound(decide + telling + ROLLBACK, tellFirst)).toEqual(['0 back route.rollback run-time A'])
  })

  test('one that no path has before it is refused: every run would be denied', () => {
    const refused = [
      'RB0440 `back` has the effect `route.rollback`, and no step before it reads or does `status.publish`',
    ]
    expect(compile(ROLLBACK, tellFirst).found).toEqual(refused)
    expect(compile(ROLLBACK + TELL, tellFirst).found).toEqual(refused)
  })

  test('one behind it in the same loop may come before the next item', () => {
    const loop = `
  - id: all
    forEach: { other: due.items }
    steps:
${(ROLLBACK + TELL).replace(/^/gm, '    ')}
`
    const text = runbook(loop)
      .replace('  state: ', '  due: { read: platform.appsDue, ifEmpty: allow }\n  state: ')
      .replace('read: [state', 'read: [due, state')
      .replace('expectedEpoch:', 'app: "{{inputs.app}}", expectedEpoch:')
    const { catalogue } = compileWith('base/acts.yaml', text, tellFirst)
    expect(catalogue.runbooks['acts']?.plan.bindings).toMatchObject([{ at: 'back', verdict: 'run-time' }])
  })

  test('one that is about another subject is left to the run', () => {
    const loop = `
  - id: all
    forEach: { other: due.items }
    steps:
${(TELL + ROLLBACK).replace(/^/gm, '    ')}
`
    const text = runbook(loop)
      .replace('cause: other', 'cause: other, app: "{{other.app}}"')
      .replace('expectedEpoch:', 'app: "{{inputs.app}}", expectedEpoch:')
      .replace('  state: ', '  due: { read: platform.appsDue, ifEmpty: allow }\n  state: ')
      .replace('read: [state', 'read: [due, state')
    const { catalogue } = compileWith('base/acts.yaml', text, tellFirst)
    expect(catalogue.diagnostics.map(({ message }) => message)).toEqual([])
    expect(catalogue.runbooks['acts']?.plan.bindings).toMatchObject([{ at: 'back', verdict: 'run-time' }])
  })

  test('with `each` the items are known to the run only', () => {
    const groups: Contract = {
      kind: 'reading',
      name: 'platform.apps',
      summary: 'apps',
      input: { kind: 'object', fields: { environment: { kind: 'id', of: 'environment' } } },
      output: {
        kind: 'object',
        fields: { items: { kind: 'list', item: { kind: 'object', fields: { id: { kind: 'id', of: 'app' } } } } },
      },
      timeoutMs: 1,
      authority: 'authoritative',
    }
    const rules = rule(
      '      - guards: [route.rollback]\n        after: [status.publish]\n        each: { one: apps.items }',
      '    facts:\n      apps: platform.apps\n',
    )
    const { files, ...sources } = withFile('base/acts.yaml', runbook(TELL + ROLLBACK))
    const others = files.filter(({ file }) => !file.includes('/rules/'))
    const all = { ...sources, files: [...others, sourceOf('base/rules/case.yaml', rules)] }
    const { runbooks, diagnostics } = compileCatalogue(all, [...contracts, groups])
    expect(diagnostics.map(({ message }) => message)).toEqual([])
    expect(runbooks['acts']?.plan.bindings).toMatchObject([{ at: 'back', verdict: 'run-time', moments: ['A'] }])
    expect(runbooks['acts']?.plan.rules[0]?.checks[0]).toMatchObject({
      each: { item: 'one', list: ['apps', 'items'], itemType: { fields: { id: { of: 'app' } } } },
    })
  })

  test('G21: a claim that asks for a step knows that the step was done', () => {
    const rules = rule('      - guards: [claim.rolled-back]\n        after: [route.rollback]')
    const text = runbook(ROLLBACK).replace(
      'outcomes:\n',
      'outcomes:\n  rolled-back: { as: succeeded, when: { back: done }, claim: [rolled-back] }\n',
    )
    const { catalogue } = compileWith('base/acts.yaml', text, rules)
    expect(catalogue.runbooks['acts']?.plan.bindings).toMatchObject([
      { at: 'outcome:rolled-back', guarded: 'claim.rolled-back', verdict: 'settled', moments: ['C', 'X'] },
    ])
  })

  test('a reading is settled where what must come first is read in an earlier step, or is what its own inputs name', () => {
    const rules = rule('      - guards: [platform.artifactFit]\n        after: [platform.previousOwner]')
    const text = runbook('\n  - id: fitting\n    read: [fit]\n').replace(
      '  state: ',
      '  fit: { read: platform.artifactFit, with: { digest: "{{previous.digest}}" } }\n  state: ',
    )
    const sameStep = text
      .replace(/\n {2}- id: fitting\n {4}read: \[fit\]\n/, '\n')
      .replace('read: [state', 'read: [fit, state')
    for (const each of [text, sameStep]) {
      const { catalogue } = compileWith('base/acts.yaml', each, rules)
      expect(catalogue.diagnostics.map(({ message }) => message)).toEqual([])
      expect(catalogue.runbooks['acts']?.plan.bindings).toMatchObject([{ verdict: 'settled', moments: ['C'] }])
    }
  })

  test('a reading in the same step that depends on nothing is not surely later', () => {
    const rules = rule('      - guards: [prometheus.errorRatio]\n        after: [platform.routeOwner]')
    expect(compile('', rules).found).toEqual([
      'RB0440 `look` reads `errors` (`prometheus.errorRatio`), and `platform.routeOwner` of the same subject is not surely read or done before',
    ])
  })
})

describe('G20: form 4, settled', () => {
  const rules = (...readings: string[]) =>
    rule(`      - guards: [route.own]\n        onlyFrom: [${readings.join(', ')}]\n        input: [to]`)

  test('a value of the right reading is settled', () => {
    expect(bound(ROLLBACK, rules('platform.previousOwner'))).toEqual(['0 back route.rollback settled CA'])
  })

  test('a value of another reading is an error', () => {
    expect(compile(ROLLBACK.replace('previous.digest', 'errors.worst'), rules('platform.previousOwner')).found).toEqual(
      ['RB0441 `to` of `route.rollback` at `back`, or what chose this step, comes from prometheus.errorRatio too'],
    )
  })

  test('a field that nothing writes there is refused: the door would deny every time', () => {
    const claims = rule(
      '      - guards: [claim.succeeded]\n        onlyFrom: [platform.routeOwner]\n        input: [run]',
    )
    const text = runbook(ROLLBACK).replace(
      'outcomes:\n',
      'outcomes:\n  rolled-back: { as: succeeded, when: { back: done }, claim: [rolled-back] }\n',
    )
    const { catalogue } = compileWith('base/acts.yaml', text, claims)
    expect(catalogue.diagnostics.map(({ code, message }) => `${code} ${message}`)).toEqual([
      'RB0441 nobody can say where `run` of `claim.succeeded` at `outcome:rolled-back` comes from: nothing writes it there',
    ])
    expect(catalogue.runbooks).not.toHaveProperty('acts')
  })
})

describe('G20: forms 6 and 7, settled', () => {
  const during = rule('      - during: { from: host.drain, to: host.undrain }\n        require: [state.drained]', STATE)

  test('the beginning has an end, and everything that may happen inside is judged by the run', () => {
    const outcomes = [
      'outcome:unclear claim.escalated',
      'outcome:blocked claim.blocked',
      'outcome:aborted claim.aborted',
    ]
    const engine = [...outcomes, 'outcome:failed-safe claim.failed-safe', 'outcome:failed-unsafe claim.failed-unsafe']
    expect(bound(FREEZE + DRAIN + TELL, during)).toEqual([
      '0 drain host.drain settled C',
      '0 tell status.publish run-time AD',
      ...engine.map((place) => `0 ${place} run-time X`),
    ])
  })

  test('without a step or an undo that ends it, and with nothing named that stays behind, it is an error', () => {
    const noWay = DRAIN.replace(/ {4}undo: .*\n {4}leaves: .*\n/, '    undo: none\n')
    expect(compile(noWay, during).found).toEqual([
      'RB0442 `drain` begins what only `host.undrain` ends, and no step after it has that effect',
    ])
  })

  test('the undo of another step does not end it', () => {
    const noWay = DRAIN.replace(/ {4}undo: .*\n {4}leaves: .*\n/, '    undo: none\n').replace('id: drain', 'id: first')
    expect(compile(DRAIN + noWay, during).found).toEqual([
      'RB0442 `first` begins what only `host.undrain` ends, and no step after it has that effect',
    ])
  })

  const UNDRAIN = (id: string, undo: string) => `
  - id: ${id}
    do: platform.undrainHost
    with: { expectedVersion: "{{state.version}}" }
    undo: ${undo === 'none' ? 'none' : `{ do: ${undo}, with: { expectedVersion: "{{${id}.version}}" } }\n    leaves: the host takes work`}
`
  const OPEN = UNDRAIN('open', 'platform.drainHost')

  test('what an undo begins is ended by no later step, and not handed over: behind an undo none runs', () => {
    const refused = ['RB0442 `open-undo` begins what only `host.undrain` ends, and no undo after it has that effect']
    expect(compile(OPEN, during).found).toEqual(refused)
    expect(compile(OPEN + UNDRAIN('again', 'none'), during).found).toEqual(refused)
    expect(compile(OPEN + DRAIN, during).found).toEqual(refused)
    const after = rule('      - mustWithin: { after: host.drain, do: host.undrain, within: policy.patience }')
    expect(compile(OPEN + UNDRAIN('again', 'none'), after).found).toEqual([
      'RB0442 `open-undo` begins what `host.undrain` must follow, and no undo after it has that effect',
    ])
  })

  test('the undo of an earlier step comes behind that of a later one, and ends what it begins', () => {
    expect(bound(DRAIN + OPEN, during).filter((place) => place.endsWith('settled C'))).toEqual([
      '0 drain host.drain settled C',
      '0 open-undo host.drain settled C',
    ])
  })

  test('an option of a question only asks: it begins nothing, and ends nothing', () => {
    const ask = (effect: string) => `
  - id: ask
    ask: What now?
    who: lead
    within: 5m
    choose:
      go: { effects: { ${effect} } }
      wait: { effects: [] }
`
    const after = rule('      - mustWithin: { after: host.drain, do: status.publish, within: policy.patience }')
    for (const rules of [during, after]) expect(compile(ask('host.drain: { forGood: false }'), rules).found).toEqual([])
    const noWay = DRAIN.replace(/ {4}undo: .*\n {4}leaves: .*\n/, '    undo: none\n')
    expect(compile(noWay + ask('host.undrain: {}'), during).found).toEqual([
      'RB0442 `drain` begins what only `host.undrain` ends, and no step after it has that effect',
    ])
  })

  test('an obligation binds at its beginning and at the claims of success; other effects are judged while it is open', () => {
    const rules = rule('      - mustWithin: { after: promotion.freeze, do: status.publish, within: policy.patience }')
    const text = runbook(FREEZE + ROLLBACK + TELL).replace(
      'outcomes:\n',
      'outcomes:\n  rolled-back: { as: succeeded, when: { tell: done }, claim: [rolled-back] }\n',
    )
    const { catalogue } = compileWith('base/acts.yaml', text, rules)
    expect(
      catalogue.runbooks['acts']?.plan.bindings?.map(({ at, guarded, moments }) => [at, guarded, moments.join('')]),
    ).toEqual([
      ['freeze', 'promotion.freeze', 'C'],
      ['back', 'route.rollback', 'A'],
      ['outcome:rolled-back', 'claim.succeeded', 'X'],
      ['outcome:rolled-back', 'claim.rolled-back', 'X'],
    ])
    expect(compile(TELL + FREEZE, rules).found).toEqual([
      'RB0442 `freeze` begins what `status.publish` must follow, and no step after it has that effect',
    ])
  })
})

describe('G17: which rules a Plan has', () => {
  const host = rule('      - guards: [host.drain]\n        require: [state.drained]', STATE)

  test('every rule that guards something it can reach, cited or not; in loops, blocks and callees too', () => {
    const loop = `
  - id: all
    forEach: { h: hosts.items }
    steps:
${DRAIN.replace(/^/gm, '    ').replace(' expectedVersion: "{{state.version}}"', ' expectedVersion: "{{h.version}}"')}
`
    for (const steps of [DRAIN, loop]) expect(bound(steps, host)).toEqual(['0 drain host.drain run-time A'])
    expect(compile(TELL, host).plan?.rules).toEqual([])
  })

  test('the readings of its bound checks, and not what the same rule asks elsewhere', () => {
    const rules = rule(
      '      - guards: [host.drain]\n        require: [state.drained]\n      - guards: [artifact.build]\n        require: ["errors.ratio < policy.errorStop"]',
      `${STATE}      errors: { read: prometheus.errorRatio, with: { environment: prod } }\n`,
    )
    const text = runbook(DRAIN)
      .replace(/ {2}errors: .*\n/, '')
      .replace(' errors,', '')
    const { catalogue } = compileWith('base/acts.yaml', text, rules)
    expect(catalogue.diagnostics.map(({ message }) => message)).toEqual([])
    expect(catalogue.runbooks['acts']?.plan.contracts).toHaveProperty(['platform.hostState'])
    expect(catalogue.runbooks['acts']?.plan.contracts).not.toHaveProperty(['prometheus.errorRatio'])
  })

  test('a cited rule that binds to nothing is an error', () => {
    const { catalogue } = compileWith('base/acts.yaml', runbook(TELL).replace('doNot: []', 'doNot: [the-rule]'), host)
    expect(catalogue.diagnostics.map(({ code }) => code)).toEqual(['RB0223'])
  })

  test('a cited rule that forbids something everywhere binds to the run as a whole', () => {
    const text = runbook(TELL).replace('doNot: []', 'doNot: [the-rule]')
    const { catalogue } = compileWith('base/acts.yaml', text, rule('      - forbid: [edge.write]'))
    expect(catalogue.runbooks['acts']?.plan.bindings).toEqual([
      { rule: 'the-rule', check: 0, at: 'run', guarded: 'edge.write', verdict: 'settled', moments: ['C', 'A'] },
    ])
  })
})
