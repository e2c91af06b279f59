import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { JsonObject } from '../../schemas/json.ts'
import { askAdmin } from '../admin.ts'
import type { Field } from './field.ts'
import { formOf, WAY } from './forms.ts'
import type { Form } from './forms.ts'
import { slowDown } from './slow-platform.ts'

/** What one run works on: an environment that no other run knows. */
export interface Ground {
  readonly environment: string
  readonly form: Form
  readonly inputs: JsonObject
}

/** So many names are shared by all: runs of one name hold the same lease, one after another. */
const SHARED_NAMES = 6

/** Makes the environment of a run: apps with a version to go back to, and, where nothing is to be gone back to, one without. */
export async function makeGround({ lab, folder }: Field, number: number): Promise<Ground> {
  const environment = `chaos-${number}`
  const form = formOf(number)
  const routes = form.runbook === WAY ? [0, 1, 2].map((at) => `app-${number}-${at}`) : []
  const app = form.back ? `bare-${number}` : `shared-${number % SHARED_NAMES}`
  await askAdmin(lab, '/environments', { environment, apps: [...routes, app] })
  for (const promoted of form.back ? routes : [...routes, app])
    await askAdmin(lab, '/promote', { environment, app: promoted, version: 2, errorRatio: 0.001 })
  await slowDown(lab, environment, Math.floor(number / 2) % 2 === 0 ? 'after-commit' : 'before-commit')
  if (form.runbook !== WAY) return { environment, form, inputs: { environment, app } }
  const list = join(folder, `${environment}.json`)
  await writeFile(list, JSON.stringify({ complete: true, items: routes.map((id) => ({ id })) }))
  return { environment, form, inputs: { environment, app, list } }
}
