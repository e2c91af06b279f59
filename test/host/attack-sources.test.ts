import { describe, expect, test } from 'vitest'
import { compileCatalogue } from '../../engine/language/catalogue.ts'
import { contractOf } from '../../actions/contract.ts'
import { practiceDefinitions } from './practice-actions.ts'
import { practiceFile, practiceSources } from './practice-catalogue.ts'
import { runbookOf } from './practice-runbooks.ts'

const RULES = `${practiceFile('rules/practice.yaml')}
  - id: owner-decides
    text: Health does not choose the owner.
    source: test
    checks:
      - guards: [route.switch]
        onlyFrom: [practice.owner]
        input: [to, expectedEpoch]
    overridable: never
    next: look again
`
const TAKE = (id: string, more = '') => `  - id: ${id}
${more}    do: practice.switchOwner
    with: { to: "{{owner.digest}}", expectedEpoch: "{{owner.epoch}}" }
    leaves: the other artifact serves
`
const LOOK = '  - { id: look, read: [owner, health] }\n'
const IF_SICK = `  - { id: judge, decide: { sick: "health.state == 'sick'" }, otherwise: well, continueOn: [sick] }\n`
const IF_NEW = `  - { id: fresh, decide: { fresh: "owner.epoch == owner.epoch" }, otherwise: old, continueOn: [fresh] }\n`
const indented = (steps: string) => steps.replace(/^/gm, '    ').replace(/ +$/, '')

const CALLEE = {
  outcomes:
    '  taken: { as: escalated, when: { first: done }, tell: [lead] }\n  left: { as: escalated, tell: [lead] }\n',
}
const takeFirst = runbookOf('take-first', `${LOOK}${IF_SICK}${TAKE('first')}`, CALLEE)

/** What the compiler says of the rule, runbook by runbook. */
function strangers(steps: string, files: Record<string, string> = {}): string[] {
  const sources = practiceSources({ 'rules/practice.yaml': RULES, ...files, ...runbookOf('switch', steps) })
  const { diagnostics } = compileCatalogue(sources, practiceDefinitions().map(contractOf))
  return diagnostics.map(({ message }) => message).filter((message) => !message.includes('mostShare'))
}

describe('G20: form 4 where health chooses by a detour', () => {
  test('a check that only says whether is let through', () => {
    expect(strangers(`${LOOK}${IF_SICK}${TAKE('first')}`)).toEqual([])
  })

  test('over a called runbook that stops, behind which another step does it', () => {
    const steps = `${LOOK}  - { id: try, call: take-first, continueOn: [left] }\n${TAKE('second')}`
    expect(strangers(steps, takeFirst).join()).toContain('practice.health')
    const after = `${LOOK}  - { id: try, call: take-first, continueOn: [taken] }\n${TAKE('second')}`
    expect(strangers(after, takeFirst)).toEqual([])
  })

  test('over a block that stops, behind which another step does it', () => {
    const block = `  - id: try\n    continueOn: [done, failed]\n    steps:\n${indented(`${IF_SICK}${TAKE('first')}`)}`
    expect(strangers(`${LOOK}${block}${IF_NEW}${TAKE('second')}`).join()).toContain('practice.health')
    const stops = block.replace('    continueOn: [done, failed]\n', '')
    expect(strangers(`${LOOK}${stops}${IF_NEW}${TAKE('second')}`)).toEqual([])
  })
})
