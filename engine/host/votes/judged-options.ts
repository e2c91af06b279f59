import { optionsRecordSchema } from '../../../schemas/ballot.ts'
import { jsonBytes, sha256 } from '../../../evidence/digest.ts'
import { EvidenceError } from '../../../evidence/errors.ts'
import { parseCanonical } from '../../../evidence/parse-canonical.ts'
import type { EvidenceStore } from '../../../evidence/store.ts'
import type { AskStep } from '../../../schemas/plan.ts'
import type { OptionsRecord, QuestionRecord } from '../../../schemas/run.ts'

const FILE = /^options-[0-9a-f]{32}\.json$/

/** Records what the rules say of the options of a question, before it may be asked (G22). */
export async function recordOptions(store: EvidenceStore, record: OptionsRecord): Promise<void> {
  const bytes = jsonBytes(record)
  await store.putOnce(record.runId, `options-${sha256(bytes).slice(0, 32)}.json`, bytes)
}

/**
 * Why a question may not offer what it offers: each option is one of the step's, and where any of them asks people for an effect, the
 * rules have let it through when they were judged last. Undefined where it may.
 */
export async function mayNotOffer(
  { choices = [], runId, step, planDigest }: QuestionRecord,
  asked: AskStep,
  store: EvidenceStore,
): Promise<string | undefined> {
  const names = asked.choices.map(({ name }) => name)
  const strange = choices.find((name) => !names.includes(name))
  if (strange !== undefined || choices.length === 0) return `the Plan has no option \`${strange ?? ''}\` there`
  if (asked.choices.every(({ effects }) => effects.length === 0)) return undefined
  const judged = (await judgedOptions(store, runId)).filter((one) => one.step === step && one.planDigest === planDigest)
  if (judged.length === 0) return 'nobody has judged what its options ask people for'
  // Of two at the same moment nobody can say which came last: both have let it through.
  const newest = judged.filter(({ at }) => judged.every((other) => other.at <= at))
  const denied = choices.find((name) => newest.some(({ allowed }) => !allowed.includes(name)))
  return denied === undefined ? undefined : `the rules deny what \`${denied}\` asks people for`
}

async function judgedOptions(store: EvidenceStore, runId: string): Promise<OptionsRecord[]> {
  const names = (await store.list(runId)).filter((name) => FILE.test(name))
  return Promise.all(names.map(async (name) => parsed(name, await store.read(runId, name))))
}

function parsed(name: string, bytes: Buffer | undefined): OptionsRecord {
  try {
    return optionsRecordSchema.parse(parseCanonical(bytes ?? Buffer.alloc(0), name))
  } catch (cause) {
    throw new EvidenceError(
      `the record ${name} cannot be read`,
      'look at the file: the engine never writes such a one',
      cause,
    )
  }
}
