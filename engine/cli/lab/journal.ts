import type { JsonObject } from '../../../schemas/json.ts'
import { admin } from './practice.ts'
import type { Practice } from './practice.ts'

type Place = Pick<Practice, 'adminUrl' | 'adminToken'>

/** A change that was committed on the platform, and whose it was. */
export interface JournalEntry {
  readonly what: string
  readonly origin: string
  readonly environment: string | null
  readonly app: string | null
}

/** What the platform's kinds of operations are in the vocabulary of effects. A voided key is no change. */
const EFFECT_OF: Readonly<Record<string, string | undefined>> = {
  freeze: 'promotion.freeze',
  'lift-freeze': 'promotion.unfreeze',
  rollback: 'route.rollback',
  build: 'artifact.build',
  'edge-write': 'edge.route.write',
  void: undefined,
}

/** The effects that clients had on an environment or its app, in order, as the platform itself tells them. */
export async function effectsOn(practice: Place, about: JsonObject): Promise<string[]> {
  return effectsIn(await journalOf(practice, about))
}

/** Everything that was committed about an environment or its app, in order; whose change it was is its origin. */
export async function journalOf<E extends JournalEntry>(
  practice: Place,
  { environment, app }: JsonObject,
): Promise<E[]> {
  const { items } = await admin<{ items: E[] }>(practice, 'GET /journal')
  return items.filter((entry) => entry.environment === environment || entry.app === app)
}

/** The effects among these changes that clients have had. */
export function effectsIn(journal: readonly JournalEntry[]): string[] {
  return journal.filter(({ origin }) => origin === 'client').flatMap(({ what }) => effectOf(what) ?? [])
}

/** Effects that would show in the platform's journal if they happened. */
export function isWitnessed(effect: string): boolean {
  return Object.values(EFFECT_OF).includes(effect)
}

function effectOf(kind: string): string | undefined {
  if (!Object.hasOwn(EFFECT_OF, kind))
    throw new Error(`the platform's journal has a change of an unknown kind: ${kind}`)
  return EFFECT_OF[kind]
}

/** The roles that were told of a run, as the receiver of notifications has them. */
export async function rolesTold(practice: Place, runId: string): Promise<string[]> {
  const { items } = await admin<{ items: { body: { run: string; roles: string[] } }[] }>(practice, 'GET /webhooks')
  return items.flatMap(({ body }) => (body.run === runId ? body.roles : [])).sort()
}
