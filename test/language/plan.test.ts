import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { compileCatalogue, sourceOf } from '../../engine/language/catalogue.ts'
import { canonical } from '../../schemas/canonical.ts'
import type { DoStep, Plan, ReadStep } from '../../schemas/plan.ts'
import { base, compileWith, withFile } from './compile-case.ts'
import { contracts } from './contracts.ts'

const valid = readFileSync(new URL('testdata/syntax/valid.yaml', import.meta.url), 'utf8')

/** The Plan of the small runbook, with its text changed. */
function planOf(change: (text: string) => string = (text) => text): Plan {
  const { catalogue } = compileWith('base/valid.yaml', change(valid))
  expect(catalogue.diagnostics).toEqual([])
  const compiled = catalogue.runbooks['valid']
  if (compiled === undefined) throw new Error('the runbook did not compile')
  return compiled.plan
}

function codes(change: (text: string) => string): string[] {
  return compileWith('base/valid.yaml', change(valid)).catalogue.diagnostics.map(({ code }) => code)
}

function step<K extends Plan['steps'][number]['kind']>(
  plan: Plan,
  id: string,
  kind: K,
): Extract<Plan['steps'][number], { kind: K }> {
  const found = plan.steps.find((other) => other.id === id)
  if (found?.kind !== kind) throw new Error(`there is no ${kind} step ${id}`)
  return found as Extract<Plan['steps'][number], { kind: K }>
}

test('a Plan is canonical, byte for byte what it was', () => {
  const text = `${canonical(planOf())}\n`
  const golden = fileURLToPath(new URL('testdata/plan.golden', import.meta.url))
  if (process.env['UPDATE'] === '1') writeFileSync(golden, text)
  expect(existsSync(golden), 'no golden file: look at the Plan, then UPDATE=1').toBe(true)
  expect(text).toBe(readFileSync(golden, 'utf8'))
})

test('the digest does not depend on the order in which files were found', () => {
  const sources = withFile('base/valid.yaml', valid)
  const one = compileCatalogue(sources, contracts)
  const other = compileCatalogue(
    { ...sources, files: [...sources.files].sort((a, b) => (a.file < b.file ? -1 : 1)) },
    contracts,
  )
  expect(other.runbooks['valid']?.digest).toBe(one.runbooks['valid']?.digest)
  expect(one.runbooks['valid']?.digest).toMatch(/^sha256:[0-9a-f]{64}$/)
})

test('the digest changes with a rule, a policy value and a contract', () => {
  const digest = (sources = withFile('base/valid.yaml', valid), known = contracts) =>
    compileCatalogue(sources, known).runbooks['valid']?.digest
  const edited = (name: string, from: string, to: string) => {
    const sources = withFile('base/valid.yaml', valid)
    return {
      ...sources,
      files: sources.files.map((source) =>
        source.file === name ? sourceOf(name, Buffer.from(source.text.replace(from, to))) : source,
      ),
    }
  }
  const all = [
    digest(),
    digest(edited('base/rules/routes.yaml', 'next: fix forward', 'next: fix it forward')),
    digest(edited('base/policy.yaml', 'is: 5m', 'is: 6m')),
    digest(
      undefined,
      contracts.map((contract) => (contract.name === 'platform.routeOwner' ? { ...contract, timeoutMs: 1 } : contract)),
    ),
  ]
  expect(new Set(all).size).toBe(4)
  expect(all).not.toContain(undefined)
})

describe('a step compiles to', () => {
  test('ids filled in from inputs of the same name and type, and nothing else', () => {
    expect(step(planOf(), 'rollback', 'do').with).toEqual({
      environment: { path: ['inputs', 'environment'] },
      app: { path: ['inputs', 'app'] },
      to: { path: ['previous', 'digest'] },
      expectedEpoch: { path: ['owner', 'epoch'] },
    })
  })

  test('the full set of results with which the run goes on', () => {
    const named = planOf((text) => text.replace('    leaves:', '    continueOn: [denied]\n    leaves:'))
    expect(step(named, 'rollback', 'do').continueOn).toEqual(['done', 'denied'])
    const any = planOf((text) => text.replace('    leaves:', '    continueOn: any\n    leaves:'))
    expect(step(any, 'rollback', 'do').continueOn).toEqual(['done', 'denied', 'failed', 'timed-out'])
    expect(step(planOf(), 'judge', 'decide').continueOn).toEqual(['behind', 'even'])
  })

  test.each([
    ['5m', 1000],
    ['30s', 250],
    ['3d', 15_000],
  ])('an expectation within %s that reads again every %i ms', (within, everyMs) => {
    const plan = planOf((text) => text.replace('within: policy.patience', `within: ${within}`))
    expect(step(plan, 'rollback', 'do').expect?.everyMs).toBe(everyMs)
  })

  test('a bound with its policy value, frozen with unit and source', () => {
    const plan = planOf()
    expect(step(plan, 'rollback', 'do').expect?.withinMs).toBe(300_000)
    expect(plan.policy).toEqual({
      patience: { type: { kind: 'duration' }, value: 300_000, unit: 'duration', source: 'ours' },
    })
  })

  test('text that keeps its source, whatever YAML would make of it', () => {
    const plan = planOf((text) =>
      text
        .replace('title: A small runbook', 'title: 1.10')
        .replace('source: ours', 'source: 0755')
        .replace('leaves: the previous version serves', 'leaves: no'),
    )
    expect([plan.runbook.title, plan.runbook.source, step(plan, 'rollback', 'do').leaves]).toEqual([
      '1.10',
      '0755',
      'no',
    ])
  })

  test('an approval by one person of each role', () => {
    const approve =
      '  - id: agreed\n    when: { judge: behind }\n    approve: "Roll {{inputs.app}} back to {{previous.digest}}?"\n    who: [on-call, lead]\n    show: [owner, edges]\n    within: 30m\n\n'
    const plan = planOf((text) =>
      text.replace(
        '  - id: rollback\n    when: { judge: behind }',
        `${approve}  - id: rollback\n    when: { agreed: done }`,
      ),
    )
    expect(step(plan, 'agreed', 'approve')).toMatchObject({
      who: ['on-call', 'lead'],
      show: ['owner', 'edges'],
      withinMs: 1_800_000,
      text: { text: ['Roll ', { path: ['inputs', 'app'] }, ' back to ', { path: ['previous', 'digest'] }, '?'] },
    })
    expect(step(plan, 'rollback', 'do').premise?.backTo).toBe('look')
  })
})

describe('G7: a conditional write', () => {
  test('goes back to the first reading on which the step and its conditions rest', () => {
    expect(step(planOf(), 'rollback', 'do').premise).toEqual({
      input: 'expectedEpoch',
      fact: 'owner',
      field: 'epoch',
      backTo: 'look',
    })
  })

  test('goes nowhere where an effect lies between', () => {
    const freeze =
      '  - id: freeze\n    do: platform.freezePromotions\n    with: { lasts: 4h }\n    leaves: promotions stay frozen\n\n'
    const between: Plan = planOf((text) => text.replace('  - id: judge', `${freeze}  - id: judge`))
    expect(step(between, 'rollback', 'do').premise).toEqual({ input: 'expectedEpoch', fact: 'owner', field: 'epoch' })
    const before: Plan = planOf((text) => text.replace('  - id: look', `${freeze}  - id: look`))
    expect(step(before, 'rollback', 'do').premise?.backTo).toBe('look')
  })

  test('refuses a premise that is read again between decision and write, by a reading and by an expectation', () => {
    expect(
      codes((text) => text.replace('  - id: rollback', '  - id: again\n    read: [owner]\n\n  - id: rollback')),
    ).toEqual(['RB0408'])
    expect(
      codes((text) =>
        text.replace(
          '  - id: rollback',
          '  - id: again\n    read: [owner, edges]\n    expect: edges.items.all(e, e.epoch == owner.epoch)\n    within: 1m\n\n  - id: rollback',
        ),
      ),
    ).toEqual(['RB0408'])
  })

  test('refuses an expectation that reads its own premise again', () => {
    expect(codes((text) => text.replace('read: [edges]', 'read: [edges, owner]'))).toEqual(['RB0409'])
  })

  test('allows a premise that is read again before the decision', () => {
    expect(codes((text) => text.replace('  - id: judge', '  - id: again\n    read: [owner]\n\n  - id: judge'))).toEqual(
      [],
    )
  })
})

describe('G17: the rules of a Plan', () => {
  test('are all that guard a reachable effect, cited or not', () => {
    const plan = planOf((text) => text.replace('doNot: [fits]', 'doNot: []'))
    expect(plan.rules.map(({ id }) => id)).toEqual(['fits', 'no-build'])
    expect(plan.doNot).toEqual([])
  })

  test('bring their readings and the effects above with them', () => {
    const plan = planOf()
    expect(Object.keys(plan.contracts)).toContain('platform.artifactFit')
    expect(Object.keys(plan.effects)).toEqual(
      expect.arrayContaining(['route.rollback', 'route.own', 'claim', 'claim.blocked', 'claim.rolled-back']),
    )
    expect(plan.goalClaims).toEqual(['claim.rolled-back'])
  })

  test('are read with the target of the effect', () => {
    const fit = planOf().rules.find(({ id }) => id === 'fits')?.facts['fit']
    expect(fit?.with).toEqual({
      digest: { path: ['target', 'to'] },
      environment: { path: ['target', 'environment'] },
      app: { path: ['target', 'app'] },
    })
  })
})

test('G18: a rule on an effect guards the effects below it, and is checked with the target of each', () => {
  const rule = (guards: string) =>
    `rules:\n  - id: above\n    text: Do not.\n    source: ours\n    facts:\n      owner: platform.routeOwner\n    checks:\n      - guards: [${guards}]\n        require: [owner.epoch == owner.epoch]\n    overridable: never\n    next: wait\n`
  const files = [
    ...base.files.filter(({ file }) => !file.includes('/rules/')),
    sourceOf('base/rules/above.yaml', Buffer.from(rule('route.own'))),
  ]
  const uncited = sourceOf('base/valid.yaml', Buffer.from(valid.replace('doNot: [fits]', 'doNot: []')))
  const { diagnostics, runbooks } = compileCatalogue({ files: [...files, uncited], overlays: [] }, contracts)
  expect(diagnostics).toEqual([])
  expect(runbooks['valid']?.plan.rules.map(({ id }) => id)).toEqual(['above'])
  expect(runbooks['uses-policy']?.plan.rules).toEqual([])
})

test('G33: nothing is pasted into a query', () => {
  const asked = (query: string) => (text: string) =>
    text
      .replace('  edges: platform', `  asked: { read: prometheus.query, with: { query: ${query} } }\n  edges: platform`)
      .replace('read: [owner, previous, edges]', 'read: [owner, previous, edges, asked]')
  expect(codes(asked('"up{app=\\"{{inputs.app}}\\"}"'))).toEqual(['RB0208'])
  expect(codes(asked('up'))).toEqual([])
})

describe('G20: form 2', () => {
  const build = (when: string) =>
    `  - id: rebuild\n    when: { ${when} }\n    do: platform.buildArtifact\n    with: { ref: main }\n    leaves: a build lies there\n\noutcomes:`

  test('allows the effect on a path without the other one', () => {
    expect(codes((text) => text.replace('outcomes:', build('judge: even')))).toEqual([])
  })

  test('refuses it on a path with the other one', () => {
    const both = (text: string) =>
      text
        .replace('    leaves: the', '    continueOn: [denied]\n    leaves: the')
        .replace('outcomes:', build('rollback: denied'))
    expect(codes(both)).toEqual(['RB0411'])
  })
})

test('a mistake in a runbook leaves the other runbooks their Plans; one in a rule leaves none', () => {
  const broken = compileWith(
    'base/broken.yaml',
    valid.replace('runbook: valid', 'runbook: broken').replace('goal: service', 'goal: sevice'),
  )
  expect(Object.keys(broken.catalogue.runbooks)).toEqual(['acts', 'tend-here', 'tend', 'uses-policy'])
  const rules = compileWith('base/rules/routes.yaml', 'rules:\n  - id: only-prose\n')
  expect(rules.catalogue.runbooks).toEqual({})
  expect(rules.catalogue.diagnostics).not.toEqual([])
})

test('an overlay replaces values of the policy and names its own source', () => {
  const overlay = (text: string) =>
    compileCatalogue(
      { ...withFile('base/valid.yaml', valid), overlays: [sourceOf('practice.yaml', Buffer.from(text))] },
      contracts,
    )
  const faster = overlay('values:\n  patience: { is: 20s, source: practice }\n')
  const waits: ReadStep | DoStep | undefined = faster.runbooks['valid']?.plan.steps.find(
    (other): other is DoStep => other.kind === 'do',
  )
  expect(faster.diagnostics).toEqual([])
  expect(waits?.expect?.withinMs).toBe(20_000)
  expect(faster.runbooks['valid']?.plan.policy['patience']).toMatchObject({ value: 20_000, source: 'practice' })
  expect(overlay('values:\n  patiense: { is: 20s, source: practice }\n').diagnostics).toMatchObject([
    { code: 'RB0217', help: 'did you mean `patience`?' },
  ])
  expect(overlay('values:\n  patience: { is: 1, unit: count, source: practice }\n').diagnostics).toMatchObject([
    { code: 'RB0112' },
  ])
})

test('G19: an allowlist entry is an action with its effects, a reading without, and a rule guards it', () => {
  const allowlist =
    'shell:\n  - id: push-route\n    run: [edgectl, push, "{{edge}}"]\n    inputs: { edge: edge }\n    timeout: 10s\n    effects: [edge.write]\nhttp:\n  - id: status\n    get: "https://status.example/{{app}}/summary.json"\n    inputs: { app: app }\n    timeout: 10s\n    effects: []\n'
  const sources = withFile('base/allowlist.yaml', allowlist)
  const { allowlist: read, diagnostics } = compileCatalogue(sources, contracts)
  expect(diagnostics).toEqual([])
  expect(read.shell).toMatchObject([
    {
      id: 'push-route',
      program: 'edgectl',
      args: ['push', { input: 'edge' }],
      effects: { 'edge.write': { edge: 'edge' } },
    },
  ])
  expect(read.http).toMatchObject([
    { id: 'status', method: 'GET', origin: 'https://status.example', path: [{ input: 'app' }, 'summary.json'] },
  ])
  const push =
    '  - id: push\n    when: { rollback: done }\n    do: shell.push-route\n    with: { edge: edge-1 }\n    leaves: it is there\n\noutcomes:'
  const used = compileCatalogue(
    {
      ...sources,
      files: [...sources.files, sourceOf('base/valid.yaml', Buffer.from(valid.replace('outcomes:', push)))],
    },
    contracts,
  )
  expect(used.diagnostics.map(({ code }) => code)).toEqual(['RB0411'])
})

test('G36: labels reach inputs by the declared mapping alone', () => {
  const trigger =
    'triggers:\n  - { alert: [Burn], map: { environment: labels.env, app: labels.service }, mode: propose }\ncoalesce:'
  expect(planOf((text) => text.replace('coalesce:', trigger)).triggers).toEqual([
    { kind: 'alert', alerts: ['Burn'], map: { environment: 'env', app: 'service' }, mode: 'propose' },
  ])
})

test('a catalogue without effects or policy says so', () => {
  const files = base.files.filter(({ file }) => file !== 'base/effects.yaml')
  expect(compileCatalogue({ files, overlays: [] }, contracts).diagnostics[0]).toMatchObject({
    code: 'RB0102',
    span: { file: 'base/effects.yaml' },
  })
})
