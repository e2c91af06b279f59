import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { jsonDigest } from '../../../evidence/digest.ts'
import type { Plan } from '../../../schemas/plan.ts'
import { echoed, echoedPath } from '../../host/echo.ts'
import { readJsonFile } from '../../host/facts-file.ts'
import { OperatorError } from '../../host/operator-error.ts'
import { PlanArchive } from '../../host/plan-archive.ts'
import { StateFolder } from '../../host/state-folder.ts'
import { knownRun } from '../known-run.ts'

/** A Plan to compare with, and what it is called. */
export interface OtherPlan {
  readonly plan: Plan
  readonly digest: string
}

/** The Plan of a run, of a digest that was admitted here, or in a file that `plan --json` has written. */
export async function otherPlan(folder: string, named: string): Promise<OtherPlan> {
  const plan = await find(folder, named)
  return { plan, digest: jsonDigest(plan) }
}

async function find(folder: string, named: string): Promise<Plan> {
  if (named.startsWith('sha256:')) return archived(folder, named)
  if (existsSync(resolve(named))) return planIn(resolve(named))
  const { plan, state } = await knownRun(folder, named)
  return plan ?? archived(folder, state.planDigest)
}

async function archived(folder: string, digest: string): Promise<Plan> {
  const plan = await new PlanArchive(new StateFolder(folder).plans).find(digest)
  if (plan !== undefined) return plan
  throw new OperatorError(
    'RP0401',
    `the Plan ${echoed(digest, 80)} is not kept here`,
    'name a run, or a file with the Plan: runproof plan <runbook> --json > file',
  )
}

async function planIn(file: string): Promise<Plan> {
  const value = await readJsonFile(file)
  if (typeof value === 'object' && value !== null && 'planVersion' in value) return value as Plan
  throw new OperatorError(
    'RP0006',
    `${echoedPath(file)} holds no Plan`,
    'write one with: runproof plan <runbook> --json > file',
  )
}
