import { rm } from 'node:fs/promises'
import { execa } from 'execa'
import { describe, expect, test, vi } from 'vitest'
import { roleFor } from '../../engine/cli/votes/role.ts'
import { refuseAbsolute } from '../../engine/cli/votes/overridable.ts'
import { questionFor } from '../../engine/cli/votes/question.ts'
import { signWithSsh } from '../../engine/cli/votes/ssh-keygen.ts'
import { signedBy } from '../../evidence/ssh/signature.ts'
import { People } from '../support/ssh-keys.ts'
import type { Answer } from '../../engine/cli/votes/answer.ts'
import type { Plan } from '../../schemas/plan.ts'
import type { Denial, RunState, Verdict, Waiting } from '../../schemas/run.ts'

const APPROVE: Answer = { decision: 'approve', kinds: ['approve', 'propose'] }
const OVERRIDE: Answer = { decision: 'override', kinds: ['override'], overrides: { rule: 'r', item: 'h-2' } }

function question(step: string, more: Partial<Waiting> = {}): Waiting {
  return { step, text: '?', who: ['lead'], facts: {}, until: '2026-01-01T00:00:00Z', factsDigest: 'sha256:0', ...more }
}

function state(questions: Waiting[], more: Partial<RunState> = {}): RunState {
  return { runId: 'run-1', questions, entries: [], ...more } as unknown as RunState
}

/** The message and the hint of what is thrown. */
function refusal(work: () => unknown): string {
  try {
    work()
  } catch (error) {
    const { code, message, hint } = error as { code: string; message: string; hint: string }
    return `${code} ${message} (${hint})`
  }
  return 'nothing was refused'
}

describe('an answer', () => {
  test('is for the one question that takes it; where several do, the step must be named', () => {
    const [one, two] = [question('drain.1'), question('drain.2')]
    const ask = question('way', { kind: 'ask', choices: [{ name: 'left', effects: [] }] })
    expect(questionFor(state([one, ask]), APPROVE, undefined)).toBe(one)
    expect(questionFor(state([one, two, ask]), APPROVE, 'drain.2')).toBe(two)
    expect(refusal(() => questionFor(state([one, two, ask]), APPROVE, undefined))).toBe(
      'RP0302 several questions are open (say which you answer: --step drain.1 | drain.2)',
    )
    expect(refusal(() => questionFor(state([ask]), APPROVE, undefined))).toBe(
      'RP0302 run-1 asks nothing to which this is an answer (open are: way (ask))',
    )
    expect(refusal(() => questionFor(state([]), APPROVE, 'x'))).toBe(
      'RP0302 run-1 asks nothing now (runproof show run-1)',
    )
  })

  test('to an override names a rule, and an item, that is offered', () => {
    const offered = (item?: string) => [{ rule: 'r', who: 'lead', ...(item === undefined ? {} : { item }) }]
    const open = question('drain', { kind: 'override', overridable: offered('h-2') })
    expect(questionFor(state([open]), OVERRIDE, undefined)).toBe(open)
    const whole = question('drain', { kind: 'override', overridable: offered() })
    expect(refusal(() => questionFor(state([whole]), OVERRIDE, undefined))).toContain('is an answer')
  })

  test('is given in a role that was asked: the one named, or the only one that this person has', () => {
    const open = question('agreed', { who: ['lead', 'on-call', 'lead'] })
    const roles = { lead: ['grace'], 'on-call': ['hal'] }
    expect(roleFor(open, APPROVE, { named: undefined, name: 'hal', roles })).toBe('on-call')
    expect(roleFor(open, APPROVE, { named: 'lead', name: 'hal', roles })).toBe('lead')
    expect(refusal(() => roleFor(open, APPROVE, { named: 'boss', name: 'hal', roles }))).toBe(
      'RP0302 nobody is asked as `boss` (asked are: lead, on-call)',
    )
    expect(refusal(() => roleFor(open, APPROVE, { named: undefined, name: 'eve', roles }))).toContain('lead | on-call')
    const over = question('drain', { kind: 'override', overridable: [{ rule: 'r', item: 'h-2', who: 'security' }] })
    expect(roleFor(over, OVERRIDE, { named: undefined, name: 'eve', roles })).toBe('security')
  })
})

describe('an override of a rule', () => {
  const plan = (overridable: 'never' | object) => ({ rules: [{ id: 'r', overridable }] }) as unknown as Plan
  const verdict = (more: Partial<Verdict> = {}): Verdict => {
    return { rule: 'r', predicate: 'p', effect: 'e', says: 'false', observed: {}, ...more }
  }
  const denied = (found: Verdict): RunState => {
    const denial: Denial = { by: 'rule', rule: 'r', unknown: false, message: 'no', verdicts: [found], next: 'wait' }
    const result = { status: 'denied', denial, evidence: {} }
    const entry = { seq: 0, at: '', kind: 'effect', step: 's', activity: 's', result }
    return state([], { entries: [entry] as unknown as RunState['entries'] })
  }

  test('is refused where the rule is absolute, also in a runbook that is called', () => {
    const never = 'RP0310 `r` is absolute: nobody may override it (wait)'
    expect(refusal(() => refuseAbsolute(denied(verdict()), plan('never'), 'r'))).toBe(never)
    const calling = { rules: [], callees: { other: plan('never') } } as unknown as Plan
    expect(refusal(() => refuseAbsolute(denied(verdict()), calling, 'r'))).toBe(never)
  })

  test('is refused where what the rule asks of an override does not hold, and passes where it does', () => {
    expect(refusal(() => refuseAbsolute(denied(verdict()), plan({}), 'r'))).toBe(
      'RP0310 what `r` asks of an override does not hold here (wait)',
    )
    expect(refusal(() => refuseAbsolute(denied(verdict({ overridableBy: 'lead' })), plan({}), 'r'))).toBe(
      'nothing was refused',
    )
    expect(refusal(() => refuseAbsolute(state([]), plan({}), 'x'))).toContain('has no rule `x`')
  })
})

describe('a signature of the command line', () => {
  test('G26: is made by an agent too, that holds the key', async () => {
    const people = await People.open()
    const grace = await people.person('grace')
    const agent = await execa('ssh-agent', ['-s'])
    const pid = Number(/SSH_AGENT_PID=(\d+)/.exec(agent.stdout)?.[1])
    vi.stubEnv('SSH_AUTH_SOCK', /SSH_AUTH_SOCK=([^;]+)/.exec(agent.stdout)?.[1] ?? '')
    try {
      await execa('ssh-add', ['-q', grace.key])
      await rm(grace.key)
      const bytes = Buffer.from('a vote')
      expect(signedBy(await signWithSsh(bytes, `${grace.key}.pub`), bytes, 'runproof-vote')?.key.type).toBe(
        'ssh-ed25519',
      )
    } finally {
      vi.unstubAllEnvs()
      process.kill(pid)
      await people.close()
    }
  })

  test('that cannot be made says why, and names no temporary file', async () => {
    const failing = signWithSsh(Buffer.from('a vote'), '/nowhere/key')
    await expect(failing).rejects.toMatchObject({
      code: 'RP0311',
      message: expect.stringContaining('/nowhere/key') as string,
    })
  })
})
