import { PREDICATE_TYPE, statementSchema } from '../schemas/bundle.ts'
import type { Custody, RunPredicate, Statement } from '../schemas/bundle.ts'
import type { Trigger } from '../schemas/run.ts'
import { MANIFEST } from './bag.ts'
import { crossCheck } from './cross-check.ts'
import { jsonBytes, sha256 } from './digest.ts'
import { EvidenceRefused } from './errors.ts'
import { parseCanonical } from './parse-canonical.ts'
import type { RunRecord } from './record.ts'
import { writeSteps } from './steps.ts'

const STATEMENT_TYPE = 'https://in-toto.io/Statement/v1'

/** Some key services sign no more than this. */
const LARGEST = 4096

/** The bytes of a run's Statement: they bind the manifest, and through it every file. */
export function writeStatement(predicate: RunPredicate, manifest: Buffer): Buffer {
  const subject = [{ name: MANIFEST, digest: { sha256: sha256(manifest) } }]
  const statement: Statement = { _type: STATEMENT_TYPE, subject, predicateType: PREDICATE_TYPE, predicate }
  const bytes = jsonBytes(statement)
  if (bytes.length < LARGEST) return bytes
  throw new EvidenceRefused(
    `the Statement of run ${predicate.runId} would have ${bytes.length} bytes, and a key service signs fewer than ${LARGEST}`,
    'shorten the names of the runbook’s claims and outcomes',
  )
}

/** Reads a Statement; throws where the bytes are none about a run, or say more than one does. */
export function readStatement(bytes: Buffer): Statement {
  const { _type, subject, predicateType, predicate } = statementSchema.parse(parseCanonical(bytes, 'the Statement'))
  const statement: Statement = { _type, subject, predicateType, predicate }
  // What no Statement has was left out by the reading.
  if (jsonBytes(statement).equals(bytes) && subject[0]?.name === MANIFEST) return statement
  throw new TypeError('the Statement says more than one of a run')
}

/** Whether the bytes are a Statement of the one type that is about runs. */
export function isAboutRun(bytes: Buffer): boolean {
  const head = parseCanonical(bytes, 'the Statement') as Partial<Statement> | null
  return head?._type === STATEMENT_TYPE && head.predicateType === PREDICATE_TYPE
}

/** What the Statement says of a run: all of it follows from the run's files, except who holds the key. */
export function predicateOf(run: RunRecord, custody: Custody): RunPredicate {
  const { admission } = run.admission
  const { gaps, contradictions } = crossCheck(run)
  const { count, head } = writeSteps(run.entries)
  return {
    runId: admission.runId,
    workflow: run.started.workflow,
    runbook: { name: run.plan.runbook.id, digest: bare(run.plan.runbook.file.digest) },
    planDigest: bare(admission.planDigest),
    catalogueDigest: bare(admission.catalogueDigest),
    invokedBy: invoker(admission.trigger),
    outcome: contradictions.length > 0 ? 'contradicted' : run.outcome.as,
    outcomeName: run.outcome.name,
    claims: run.outcome.claims,
    startedOn: run.startedAt,
    finishedOn: run.finishedAt,
    steps: { count, head },
    history: { lastEventId: run.history.lastEventId, digest: { sha256: sha256(run.events) }, form: 'decoded' },
    signer: { custody },
    log: null,
    gaps: shortened(gaps),
    contradictions: shortened(contradictions),
  }
}

function bare(digest: string): { sha256: string } {
  return { sha256: digest.replace(/^sha256:/, '') }
}

function invoker(trigger: Trigger): string {
  return trigger.kind === 'person'
    ? `${trigger.by.user}@${trigger.by.host} (${trigger.by.assurance})`
    : `${trigger.kind} ${trigger.occurrence}`.slice(0, 200)
}

/** The Statement has no room for long lists; a verifier finds all of them again in the files. */
function shortened(texts: readonly string[]): string[] {
  const shown = texts.slice(0, 6).map((text) => (text.length > 120 ? `${text.slice(0, 119)}…` : text))
  return texts.length > shown.length ? [...shown, `and ${texts.length - shown.length} more`] : shown
}
