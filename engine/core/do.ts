import type { DoStep, Operand } from '../../schemas/plan.ts'
import type { Denial, EffectResult, Grounds } from '../../schemas/run.ts'
import { expectation } from './expect.ts'
import { resolveOperands } from './operand.ts'
import { activityId, attestedFacts, scopeOf } from './run.ts'
import type { Ended, Run } from './run.ts'

/** Carries out an action through the door, then waits for what it should bring about. */
export async function doStep(run: Run, step: DoStep): Promise<Ended> {
  const resolved = resolveOperands(step.with, scopeOf(run))
  if ('unknown' in resolved) return denied(denialOfInput(resolved.unknown))
  const activity = activityId(run, step.id)
  const round = run.rounds.get(step.id) ?? 0
  const result = await run.ports.perform({
    step: step.id,
    action: step.action,
    activity,
    round,
    input: resolved.input,
    grounds: groundsOf(run, step),
  })
  run.ledger.enter({ kind: 'effect', step: step.id, activity, result })
  return afterEffect(run, step, result)
}

/** What the door needs in order to follow the way to this effect for itself. */
function groundsOf(run: Run, step: DoStep): Grounds {
  const named = new Set(Object.values(step.with).flatMap(rootsOf))
  return { facts: attestedFacts(run, named), decisions: Object.fromEntries(run.bases), votes: run.votes }
}

function rootsOf(operand: Operand): string[] {
  if ('literal' in operand) return []
  const paths =
    'path' in operand ? [operand.path] : operand.text.flatMap((part) => (typeof part === 'string' ? [] : [part.path]))
  return paths.map(([root = '']) => root)
}

async function afterEffect(run: Run, step: DoStep, result: EffectResult): Promise<Ended> {
  switch (result.status) {
    case 'done':
    case 'already-done':
      return afterDone(run, step, result)
    case 'denied':
      return denied(result.denial)
    case 'conflict':
      return {
        result: 'failed',
        conflict: true,
        detail: `expected ${JSON.stringify(result.expected)}, found ${JSON.stringify(result.found)}`,
      }
    case 'failed':
      return { result: 'failed', detail: result.message }
    case 'effect-unknown':
      return { result: 'effect-unknown', detail: result.message }
  }
}

async function afterDone(
  run: Run,
  step: DoStep,
  result: EffectResult & { status: 'done' | 'already-done' },
): Promise<Ended> {
  run.outputs.set(step.id, result.output)
  run.effects.push(...result.effects)
  noteWhatStays(run, step, result.lift)
  const detail = result.status === 'already-done' ? { detail: 'already done by an earlier attempt' } : {}
  if (step.expect === undefined) return { result: 'done', ...detail }
  const met = await expectation(run, step.id, step.expect)
  return met === 'done'
    ? { result: met, ...detail }
    : { result: met, detail: `did not hold in time: ${step.expect.predicate.cel}` }
}

function noteWhatStays(run: Run, step: DoStep, lift: string | undefined): void {
  if (step.leaves === undefined) run.unsafe = true
  else run.left.push({ step: step.id, text: step.leaves, ...(lift === undefined ? {} : { lift }) })
}

function denied(denial: Denial): Ended {
  return { result: 'denied', detail: denial.message, denial }
}

function denialOfInput(detail: string): Denial {
  return {
    by: 'facts',
    unknown: true,
    message: detail,
    verdicts: [],
    next: 'find out why the fact could not be read, then start the runbook again',
  }
}
