import type { ShellEntry } from '../../../schemas/allowlist.ts'
import type { Report } from '../report.ts'
import { asMap, readFields } from '../shape/fields.ts'
import type { Fields } from '../shape/fields.ts'
import { readScalar } from '../shape/words.ts'
import type { MapEntry, Node } from '../yaml/node.ts'
import { USER_KEYS } from './keys.ts'

/** Reads `env` and `user` of a command: the named variables that it gets, and as whom it runs (G31). */
export function readProcess(fields: Fields, report: Report): Pick<ShellEntry, 'env' | 'user'> {
  const env = fields['env'] && readEnv(fields['env'], report)
  const user = fields['user'] && readUser(fields['user'], report)
  return { ...(env && { env }), ...(user && { user }) }
}

function readEnv(node: Node, report: Report): Record<string, string> {
  const map = asMap(node, '`env`', report)
  return Object.fromEntries((map?.entries ?? []).flatMap((entry) => readVariable(entry, report)))
}

function readVariable({ key, keySpan, value }: MapEntry, report: Report): [string, string][] {
  if (!/^[A-Z_][A-Z0-9_]*$/.test(key))
    report.error('RB0104', keySpan, { message: 'the name of a variable is written in CAPITALS' })
  const scalar = readScalar(value, 'the value of a variable', report)
  return scalar === undefined ? [] : [[key, scalar.text]]
}

function readUser(node: Node, report: Report): ShellEntry['user'] {
  const fields = readFields(node, USER_KEYS, report)
  const uid = fields?.['uid'] && readNumber(fields['uid'], report)
  const gid = fields?.['gid'] && readNumber(fields['gid'], report)
  return uid === undefined || gid === undefined ? undefined : { uid, gid }
}

function readNumber(node: Node, report: Report): number | undefined {
  const scalar = readScalar(node, 'the number of a user or group', report)
  if (scalar === undefined || /^\d{1,9}$/.test(scalar.text)) return scalar && Number(scalar.text)
  return report.error('RB0112', scalar.span, `\`${scalar.text}\` is not the number of a user or group`)
}
