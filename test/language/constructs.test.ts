import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { compileCatalogue, sourceOf } from '../../engine/language/catalogue.ts'
import type { BlockStep, DoStep, Plan, StepPlan } from '../../schemas/plan.ts'
import { base, compileWith } from './compile-case.ts'
import { contracts } from './contracts.ts'

const every = readFileSync(new URL('testdata/whole/every-construct.yaml', import.meta.url), 'utf8')

function planOf(...changes: readonly (readonly [from: string, to: string])[]): Plan {
  const text = changes.reduce((current, [from, to]) => {
    expect(current).toContain(from)
    return current.replace(from, () => to)
  }, every)
  const { catalogue } = compileWith('base/every-construct.yaml', text)
  expect(catalogue.diagnostics.map(({ message }) => message)).toEqual([])
  return catalogue.runbooks['every-construct']?.plan as Plan
}

function stepAt<K extends StepPlan['kind']>(steps: readonly StepPlan[], kind: K, ...[id, ...inner]: string[]) {
  const step = steps.find((other) => other.id === id)
  if (inner.length > 0 && step?.kind === 'block') return stepAt(step.steps, kind, ...inner)
  expect(step?.kind).toBe(kind)
  return step as Extract<StepPlan, { kind: K }>
}

test('every construct compiles to what it compiled to', () => {
  const { steps, outcomes, outputs, triggers, inputs, runbook, policy } = planOf()
  const parts = { runbook: { ...runbook, file: '' }, inputs, triggers, policy, steps, outcomes, outputs }
  const text = `${JSON.stringify(parts, (key, value: unknown) => (key === 'place' ? undefined : value), 2)}\n`
  const golden = fileURLToPath(new URL('testdata/every-construct-plan.golden', import.meta.url))
  if (process.env['UPDATE'] === '1') writeFileSync(golden, text)
  expect(existsSync(golden), 'no golden file: look at the Plan, then UPDATE=1').toBe(true)
  expect(text).toBe(readFileSync(golden, 'utf8'))
})

describe('G3: a step says over what it must be alone', () => {
  const facts = ['  owner: platform.routeOwner', '  groups: platform.groups\n  owner: platform.routeOwner'] as const
  const look = ['read: [owner, previous', 'read: [groups, owner, previous'] as const

  test('by paths to an id, to a list of objects with one, to an input, and to the item of a loop', () => {
    const { steps } = planOf(facts, look, [
      'expectedEpoch: "{{owner.epoch}}" }',
      'expectedEpoch: "{{owner.epoch}}" }\n    hold: [inputs.app, groups.items, groups.keeper, groups.spare.value]',
    ])
    expect(stepAt(steps, 'do', 'rollback').hold).toEqual([
      ['inputs', 'app'],
      ['groups', 'items'],
      ['groups', 'keeper'],
      ['groups', 'spare', 'value'],
    ])
    expect(stepAt(steps, 'do', 'drainAll', 'drain').hold).toEqual([['host', 'host']])
    expect(stepAt(steps, 'do', 'tell')).not.toHaveProperty('hold')
  })

  test('and may read again for its expectation what it holds', () => {
    const { steps } = planOf(
      facts,
      look,
      ['expectedEpoch: "{{owner.epoch}}" }', 'expectedEpoch: "{{owner.epoch}}" }\n    hold: [groups.items]'],
      ['    read: [edges]\n    expect: edges', '    read: [edges, groups]\n    expect: edges'],
    )
    expect(stepAt(steps, 'do', 'rollback').expect?.facts).toEqual(['edges', 'groups'])
  })
})

describe('a loop', () => {
  test('fills ids in from its item before the inputs, and from the item itself where it is one', () => {
    const { steps } = planOf()
    expect(stepAt(steps, 'do', 'drainAll', 'drain').with).toEqual({
      environment: { path: ['inputs', 'environment'] },
      host: { path: ['host', 'host'] },
      expectedVersion: { path: ['state', 'version'] },
    })
    const loop = '  - id: tell\n    forEach: { due: due.items }\n'
    const changed = planOf(
      ['  owner: platform.routeOwner', '  dueNow: platform.appsDue\n  owner: platform.routeOwner'],
      ['read: [owner, previous', 'read: [dueNow, owner, previous'],
      ['  - id: tell\n', loop.replace('due.items', 'dueNow.items')],
      ['"{{judge}}"', 'other'],
    )
    expect(stepAt(changed.steps, 'do', 'tell').with).toMatchObject({
      environment: { path: ['due', 'environment'] },
      app: { path: ['due', 'app'] },
    })
  })

  test('ends as done, or as the first item that did not go well; `continueOn` speaks of the whole', () => {
    const { steps } = planOf([
      '  - id: tell\n',
      '  - id: tell\n    continueOn: any\n    forEach: { host: hosts.items }\n',
    ])
    expect(stepAt(steps, 'do', 'tell').continueOn).toEqual(['done', 'denied', 'failed'])
    expect(stepAt(steps, 'block', 'drainAll').continueOn).toEqual(['done', 'failed'])
    expect(stepAt(steps, 'approve', 'drainAll', 'gpus').forEach).toMatchObject({
      item: 'gpu',
      list: ['host', 'gpus'],
      atOnce: 1,
    })
  })

  test('may have an item of the same name as a loop elsewhere', () => {
    const again = '  - id: way\n'
    const plan = planOf([
      again,
      `  - id: again\n    when: { judge: behind }\n    forEach: { host: hosts.items }\n    approve: "Is {{host.host}} drained?"\n    who: lead\n    within: 1h\n\n${again}`,
    ])
    expect(stepAt(plan.steps, 'approve', 'again').text).toEqual({
      text: ['Is ', { path: ['host', 'host'] }, ' drained?'],
    })
  })
})

describe('G7: an expected value', () => {
  const drain = ['drainAll', 'drain'] as const

  test('of a fact goes back to where the same block reads it', () => {
    expect(stepAt(planOf().steps, 'do', ...drain).premise).toEqual({
      input: 'expectedVersion',
      fact: 'state',
      field: 'version',
      backTo: 'check',
    })
  })

  test('of a loop item names the item, and goes nowhere, since the list is not taken again', () => {
    const plan = planOf([
      'with: { expectedVersion: "{{state.version}}" }',
      'with: { expectedVersion: "{{host.version}}" }',
    ])
    expect(stepAt(plan.steps, 'do', ...drain).premise).toEqual({
      input: 'expectedVersion',
      fact: 'host',
      field: 'version',
    })
  })

  test('of an earlier step names the step', () => {
    const plan = planOf([
      '      - id: gpus\n',
      '      - id: again\n        when: { drain: done }\n        do: platform.undrainHost\n        with: { expectedVersion: "{{drain.version}}" }\n        undo: none\n      - id: gpus\n',
    ])
    expect(stepAt(plan.steps, 'do', 'drainAll', 'again').premise).toEqual({
      input: 'expectedVersion',
      fact: 'drain',
      field: 'version',
    })
  })

  test('does not go back over a question or a call, in which people or another runbook act', () => {
    expect(stepAt(planOf().steps, 'do', 'rollback').premise).toEqual({
      input: 'expectedEpoch',
      fact: 'owner',
      field: 'epoch',
    })
  })
})

describe('a question', () => {
  test('goes on with the options that are listed, and with no other', () => {
    expect(stepAt(planOf().steps, 'ask', 'way').continueOn).toEqual(['back', 'wait'])
    const all = planOf(['    continueOn: [back, wait]\n', ''])
    expect(stepAt(all.steps, 'ask', 'way').continueOn).toEqual(['back', 'stop-drain', 'wait'])
  })

  test('G22: declares the effects of each option, with their targets filled', () => {
    expect(stepAt(planOf().steps, 'ask', 'way').choices).toEqual([
      {
        name: 'back',
        effects: [
          {
            effect: 'route.rollback',
            target: {
              environment: { path: ['inputs', 'environment'] },
              app: { path: ['inputs', 'app'] },
              to: { path: ['previous', 'digest'] },
            },
          },
        ],
      },
      {
        name: 'stop-drain',
        effects: [{ effect: 'promotion.freeze', target: { environment: { path: ['inputs', 'environment'] } } }],
      },
      { name: 'wait', effects: [] },
    ])
    expect(Object.keys(planOf().effects)).toEqual(expect.arrayContaining(['promotion.freeze', 'route.rollback']))
  })
})

describe('a call', () => {
  const files = (text: Record<string, string>) => ({
    ...base,
    files: [
      ...base.files,
      ...Object.entries(text).map(([name, body]) => sourceOf(`base/${name}.yaml`, Buffer.from(body))),
    ],
  })
  const caller = (name: string, callee: string) =>
    base.files
      .find(({ file }) => file === 'base/tend-here.yaml')
      ?.text.replaceAll('tend-here', name)
      .replace('outcomes:', `  - id: called\n    call: ${callee}\noutcomes:`) ?? ''

  test('brings the whole Plan of the other runbook, whose outcomes are the results', () => {
    const plan = planOf()
    expect(Object.keys(plan.callees ?? {})).toEqual(['tend'])
    expect(plan.callees?.['tend']?.rules).toEqual(compileCatalogue(base, contracts).runbooks['tend']?.plan.rules)
    expect(plan.callees?.['tend']?.outputs).toMatchObject({ epoch: { type: { kind: 'epoch' } } })
    expect(stepAt(plan.steps, 'call', 'tend')).toMatchObject({
      continueOn: ['tended', 'left-alone'],
      with: { patience: { literal: 600_000 }, app: { path: ['inputs', 'app'] } },
    })
  })

  test('in a circle of two runbooks is told once, and leaves both without a Plan', () => {
    const { diagnostics, runbooks } = compileCatalogue(
      files({ one: caller('one', 'two'), two: caller('two', 'one') }),
      contracts,
    )
    expect(diagnostics.map(({ code, message }) => [code, message])).toEqual([
      ['RB0236', 'calls go in a circle: `one` calls `two` calls `one`'],
    ])
    expect(Object.keys(runbooks)).not.toEqual(expect.arrayContaining(['one', 'two']))
  })

  test('of a runbook with a mistake leaves the caller without a Plan, and tells the mistake once', () => {
    const broken = caller('two', 'tend').replace('goal: service', 'goal: sevice')
    const { diagnostics, runbooks } = compileCatalogue(files({ one: caller('one', 'two'), two: broken }), contracts)
    expect(diagnostics.map(({ code }) => code)).toEqual(['RB0213'])
    expect(Object.keys(runbooks)).not.toContain('one')
  })

  test('carries the Plans of calls in calls', () => {
    const { diagnostics, runbooks } = compileCatalogue(
      files({
        one: caller('one', 'two').replace(/topology.*\n/, ''),
        two: caller('two', 'tend').replace(/topology.*\n/, ''),
      }),
      contracts,
    )
    expect(diagnostics).toEqual([])
    expect(runbooks['one']?.plan.callees?.['two']?.callees?.['tend']?.runbook.id).toBe('tend')
  })
})

describe('an undo', () => {
  test('sees the own output of the step, and its action is in the contracts', () => {
    const plan = planOf()
    const drain: DoStep = stepAt(plan.steps, 'do', 'drainAll', 'drain')
    expect(drain.undo).toEqual({
      action: 'platform.undrainHost',
      with: {
        expectedVersion: { path: ['drain', 'version'] },
        environment: { path: ['inputs', 'environment'] },
        host: { path: ['host', 'host'] },
      },
    })
    expect(drain.leaves).toBe('the host stays drained')
    expect(plan.contracts['platform.undrainHost']?.kind).toBe('action')
    expect(Object.keys(plan.effects)).toContain('host.undrain')
  })
})

test('an output that some path ends without is optional for the caller', () => {
  expect(planOf().outputs).toMatchObject({
    epoch: { type: { kind: 'optional', inner: { kind: 'epoch' } }, from: { path: ['rollback', 'epoch'] } },
    judged: { type: { kind: 'enum' } },
  })
})

test('G30: a secret is a reference in the Plan, with the name of the secret at most', () => {
  const { inputs, steps } = planOf()
  expect(inputs['token']).toMatchObject({ type: { kind: 'secretRef' }, default: { secret: 'status-token' } })
  expect(stepAt(steps, 'do', 'tell').with['token']).toEqual({ path: ['inputs', 'token'] })
})

test('an effect has its own radius, or that of the effect above it', () => {
  const { catalogue } = compileWith(
    'base/effects.yaml',
    (base.files.find(({ file }) => file === 'base/effects.yaml')?.text ?? '').replace(
      '  route.own: {',
      '  route.own: { radius: app,',
    ),
  )
  expect(catalogue.effects['route.rollback']?.radius).toBe('app')
  expect(catalogue.effects['host.drain']?.radius).toBe('host')
  expect(catalogue.effects['db.restore']).not.toHaveProperty('radius')
})

test('what is read in a block is not read behind it', () => {
  const block: BlockStep = stepAt(planOf().steps, 'block', 'drainAll')
  expect(block.steps.map(({ id }) => id)).toEqual(['check', 'empty', 'drain', 'gpus'])
})
