import * as played from '../../engine/cli/lab/journal.ts'
import type { JournalEntry } from '../../lab/admin/journal.ts'
import type { Lab } from '../../lab/start-lab.ts'
import type { JsonObject } from '../../schemas/json.ts'

export { effectsIn, rolesTold } from '../../engine/cli/lab/journal.ts'

/** Everything that was committed about an environment or its app, as the lab itself keeps it. */
export async function journalOf(lab: Lab, about: JsonObject): Promise<JournalEntry[]> {
  return played.journalOf<JournalEntry>(lab, about)
}
