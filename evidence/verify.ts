import type { RunPredicate, Statement } from '../schemas/bundle.ts'
import type { Bag } from './bag-folder.ts'
import { checked } from './check.ts'
import type { Check } from './check.ts'
import type { PublicKey } from './keys.ts'
import { readRecord } from './record.ts'
import { isAboutRun, readStatement } from './statement.ts'
import type { Trust } from './trust.ts'
import { checkFiles } from './verify-files.ts'
import { checkForm, checkJson, checkUnsigned, payloadOf } from './verify-form.ts'
import { checkAdmission, checkReadings } from './verify-admission.ts'
import { checkApprovals } from './verify-approvals.ts'
import { checkRecords } from './verify-run.ts'
import { broughtAlong, checkSignature } from './verify-signature.ts'
import type { Signed } from './verify-signature.ts'
import { checkSteps } from './verify-steps.ts'

export interface VerifyOptions {
  /** Without it, a bundle can be found whole, but never verified (G28). */
  readonly trust?: Trust
  /** The run that was asked for. */
  readonly runId?: string
}

/** What a verifier found. Only `verified` is a success. */
export interface Verification {
  readonly verdict: 'verified' | 'signer-unknown' | 'failed'
  readonly checks: readonly Check[]
  /** What was signed; absent where no signature holds. */
  readonly signed?: { readonly by: string; readonly predicate: RunPredicate }
  /** No log of runs exists: what was never sealed, or was deleted, cannot be found. */
  readonly log: 'none'
}

/** Verifies a bundle, as it was read once: form, signature, statement, files; and what they tell, where these hold. */
export function verify(bag: Bag, options: VerifyOptions = {}): Verification {
  const form = checkForm(bag)
  const { checks, signed } = checkSignature(bag, options.trust)
  if (signed === undefined) return conclude([...form, ...checks, ...checkFiles(bag, undefined)])
  const statement = statementOf(signed)
  if ('code' in statement) {
    return conclude([...form, ...checks, ...checked('run', '', [statement]), ...checkFiles(bag, undefined)])
  }
  const { predicate, subject } = statement
  const files = [...form, ...checkFiles(bag, subject[0]?.digest.sha256)]
  const whole = files.every(({ ok }) => ok)
  const steps = stepsOf(bag, whole ? Infinity : LARGEST_BROKEN)
  const chain = steps === undefined ? [] : checkSteps(steps, predicate.steps)
  const told = whole ? checkTold(bag, signed, { predicate, trust: options.trust }) : []
  return conclude([...checks, ...checkAsked(predicate, options.runId), ...files, ...chain, ...told], {
    by: signed.key.keyid,
    predicate,
  })
}

/** Where the files are not as they were sealed, anything may stand in their place: where the chain breaks is told of so much of it. */
const LARGEST_BROKEN = 16 * 2 ** 20

function stepsOf({ files }: Bag, largest: number): string | undefined {
  const bytes = files.get('data/steps.jsonl') ?? Buffer.alloc(0)
  return bytes.length > largest ? undefined : bytes.toString('utf8')
}

/** Parses the very bytes that the signature holds for. */
function statementOf({ envelope }: Signed): Statement | { code: 'EV0205' | 'EV0206'; text: string } {
  if (attempt(() => isAboutRun(envelope.payload)) === false)
    return { code: 'EV0205', text: 'the Statement is not about a run' }
  return (
    attempt(() => readStatement(envelope.payload)) ?? {
      code: 'EV0206',
      text: 'the Statement cannot be read as one of a run',
    }
  )
}

function checkAsked({ runId, outcome }: RunPredicate, asked: string | undefined): Check[] {
  const other = asked !== undefined && asked !== runId
  return checked(
    'run',
    `${runId} ended ${outcome}`,
    other ? [{ code: 'EV0207', text: `the bundle is of run ${runId}, not ${asked}` }] : [],
  )
}

interface Expected {
  readonly predicate: RunPredicate
  readonly trust: Trust | undefined
}

/** What the files tell is looked at only once they are known to be the sealed ones. */
function checkTold(bag: Bag, { envelope, key }: Signed, expected: Expected): Check[] {
  const unsigned = checkUnsigned(bag, { ...expected.predicate, envelope, keyid: key.keyid })
  return [...unsigned, ...checkRun(bag, key, expected)]
}

/** The content may be anything, where the signer is a stranger: what cannot be read is a finding, never a crash. */
function checkRun(bag: Bag, signer: PublicKey, { predicate, trust }: Expected): Check[] {
  const admitters = { trusted: trust?.admission, vouchedFor: broughtAlong(bag, 'data/keys/admission.pem') }
  try {
    const payload = payloadOf(bag)
    const read = readRecord(payload)
    const run = { ...read, keys: { ...read.keys, sealing: signer.pem } }
    return [
      ...checkJson(payload),
      ...checkRecords(run, predicate, payload),
      ...checkAdmission(run, admitters),
      ...checkApprovals(run, admitters, trust?.signers),
      ...checkReadings(run, admitters),
    ]
  } catch (error) {
    const text = error instanceof TypeError ? error.message : 'a file has not the shape of its kind'
    return checked('records', '', [{ code: 'EV0106', text }])
  }
}

function conclude(checks: readonly Check[], signed?: Verification['signed']): Verification {
  const failed = checks.filter(({ ok }) => !ok)
  const verdict = failed.some(({ code }) => code !== 'EV0203')
    ? 'failed'
    : failed.length > 0
      ? 'signer-unknown'
      : 'verified'
  return { verdict, checks, log: 'none', ...(signed === undefined ? {} : { signed }) }
}

function attempt<T>(work: () => T): T | undefined {
  try {
    return work()
  } catch {
    return undefined
  }
}
