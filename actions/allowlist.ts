import type { Allowlist, HttpEntry } from '../schemas/allowlist.ts'
import type { AnyDefinition } from './define.ts'
import { httpDefinition } from './http/request.ts'
import type { AllowedPlace } from './net/place.ts'
import { shellDefinition } from './shell/run.ts'

/** The actions and readings `shell.<id>` and `http.<id>` of an allowlist, sorted by name. Throws on a bad entry. */
export function definitionsFromAllowlist(allowlist: Allowlist): readonly AnyDefinition[] {
  const definitions = [...allowlist.shell.map(shellDefinition), ...allowlist.http.map(httpDefinition)]
  return definitions.sort((a, b) => (a.name < b.name ? -1 : 1))
}

/** The places that the guarded fetch opens for the `http` entries. */
export function placesFromAllowlist(allowlist: Allowlist): readonly AllowedPlace[] {
  return allowlist.http.map(({ origin, allowPrivate = false }: HttpEntry) => ({ url: origin, allowPrivate }))
}
