import type { JournalEntry } from '../../lab/admin/journal.ts'
import type { Lab } from '../../lab/start-lab.ts'
import type { JsonObject } from '../../schemas/json.ts'
import { admin } from './installation.ts'

/** What the platform's kinds of operations are in the vocabulary of effects. A voided key is no change. */
const EFFECT_OF: Readonly<Record<string, string | undefined>> = {
  freeze: 'promotion.freeze',
  'lift-freeze': 'promotion.unfreeze',
  rollback: 'route.rollback',
  build: 'artifact.build',
  'edge-write': 'edge.route.write',
  void: undefined,
}

/** Everything that was committed about an environment or its app, in order; whose change it was is its origin. */
export async function journalOf(lab: Lab, { environment, app }: JsonObject): Promise<JournalEntry[]> {
  const { items } = await admin<{ items: JournalEntry[] }>(lab, 'GET', '/journal')
  return items.filter((entry) => entry.environment === environment || entry.app === app)
}

/** The effects that clients had on the platform, as the platform itself tells them. */
export function effectsIn(journal: readonly JournalEntry[]): string[] {
  return journal.filter(({ origin }) => origin === 'client').flatMap(({ what }) => effectOf(what) ?? [])
}

/** Effects that would show in the platform's journal if they happened. */
export function witnessed(effect: string): boolean {
  return Object.values(EFFECT_OF).includes(effect)
}

function effectOf(kind: string): string | undefined {
  if (!Object.hasOwn(EFFECT_OF, kind)) throw new Error(`the lab's journal has a change of an unknown kind: ${kind}`)
  return EFFECT_OF[kind]
}

/** The roles that were told of a run, as the receiver of notifications has them. */
export async function rolesTold(lab: Lab, runId: string): Promise<string[]> {
  const { items } = await admin<{ items: { body: { run: string; roles: string[] } }[] }>(lab, 'GET', '/webhooks')
  return items.flatMap(({ body }) => (body.run === runId ? body.roles : [])).sort()
}
