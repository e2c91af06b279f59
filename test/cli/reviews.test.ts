import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { diffPlans } from '../../engine/cli/plan/diff.ts'
import { planText } from '../../engine/cli/view/plan-text.ts'
import { planOf } from '../server/fixture.ts'
import { makeSmallWorkplace, removeWorkplace, runproof } from './workplace.ts'

let folder = ''
beforeAll(async () => {
  folder = await makeSmallWorkplace()
})
afterAll(async () => removeWorkplace(folder))

async function change(file: string, from: string, to: string): Promise<void> {
  const path = join(folder, 'runbooks', file)
  const text = await readFile(path, 'utf8')
  expect(text).toContain(from)
  await writeFile(path, text.replace(from, to))
}

test('L-FRESH: check warns of a runbook whose review is due, and of none that was reviewed today; it is no mistake', async () => {
  await change('policy.yaml', 'values:', 'values:\n  reviewWithin: { is: 180d, source: ours }')
  const due = await runproof(folder, 'check')
  expect(due.stdout).toMatch(/^warning\[RB0116\]: nothing says when `ask-first` was last reviewed\n.*^ok: /ms)
  expect(due.exitCode).toBe(0)
  const today = new Date().toISOString().slice(0, 10)
  await change('ask-first.yaml', 'goal:', `lastReviewed: ${today}\ngoal:`)
  const { stdout } = await runproof(folder, 'check', 'runbooks/ask-first.yaml')
  expect(stdout).toMatch(/^ok: /)
})

test('plan shows when a runbook was last reviewed, and --diff that it was reviewed again', () => {
  const plan = planOf('nested', { triggers: [] })
  const reviewed = { ...plan, runbook: { ...plan.runbook, lastReviewed: '2026-08-21' } }
  expect(planText(reviewed, 'sha256:0').join('\n')).toContain(', last reviewed on 2026-08-21')
  expect(planText(plan, 'sha256:0').join('\n')).not.toContain('reviewed')
  const again = { ...plan, runbook: { ...plan.runbook, lastReviewed: '2026-09-21' } }
  expect(diffPlans(reviewed, again).map(({ section, name }) => `${section} ${name}`)).toEqual(['runbook lastReviewed'])
  expect(diffPlans(plan, again).map(({ change: kind, name }) => `${kind} ${name}`)).toEqual(['added lastReviewed'])
})
