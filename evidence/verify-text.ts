import type { Custody } from '../schemas/bundle.ts'
import { CODES } from './codes.ts'
import type { Verification } from './verify.ts'

const CUSTODY: Readonly<Record<Custody, string>> = {
  'same-user': 'the user that runs the steps holds the sealing key too',
  'other-user': 'another user of the same machine holds the sealing key',
  external: 'an external signer holds the sealing key',
}

const VERDICTS: Readonly<Record<Verification['verdict'], string>> = {
  verified: 'verified',
  'signer-unknown': 'NOT verified: signature valid, signer unknown',
  failed: 'NOT verified',
}

/** A verification as lines for people; the structure is the truth, this is a view of it. */
export function verificationText({ verdict, checks, signed, log }: Verification): string[] {
  return [
    ...checks.map(({ id, ok, code, text }) =>
      line(ok ? 'ok' : 'FAILED', `${id}: ${text}${code === undefined ? '' : ` [${code}]`}`),
    ),
    ...curesOf(checks).map((cure) => line('', cure)),
    ...(signed?.predicate.gaps ?? []).map((text) => line('gap', text)),
    `log: ${log} (nothing tells whether other runs were left out)`,
    ...(signed === undefined ? [] : [line('custody', CUSTODY[signed.predicate.signer.custody])]),
    line('verdict', VERDICTS[verdict]),
  ]
}

function curesOf(checks: Verification['checks']): string[] {
  const codes = [...new Set(checks.flatMap(({ code }) => (code === undefined ? [] : [code])))]
  return codes.map((code) => `${code}: ${CODES[code].cause}; ${CODES[code].cure}`)
}

/** Text from a stranger's bundle must not steer the terminal. */
function line(label: string, text: string): string {
  return `${label.padEnd(8)}${text.replace(/\p{C}/gu, '�')}`
}
