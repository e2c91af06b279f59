import { readSshKey } from './public-key.ts'
import { localTime } from './time.ts'

/** Who may sign: a line of `allowed_signers`. */
export interface AllowedSigner {
  readonly line: number
  /** The one name for which the line stands. */
  readonly principal: string
  readonly blob: Buffer
  readonly fingerprint: string
  /** Patterns of namespaces; absent: all. */
  readonly namespaces?: readonly string[]
  readonly validAfter?: Date
  readonly validBefore?: Date
}

/** An `allowed_signers` file as it was read: a line that cannot be used names nobody. */
export interface AllowedSigners {
  readonly signers: readonly AllowedSigner[]
  readonly problems: readonly { readonly line: number; readonly text: string }[]
}

/**
 * Reads an `allowed_signers` file of OpenSSH. A line must begin with the name of one person, its first principal, without wildcards:
 * people are counted by these names. Certificates are not accepted.
 */
export function readAllowedSigners(text: string): AllowedSigners {
  const signers: AllowedSigner[] = []
  const problems: { line: number; text: string }[] = []
  for (const [index, line] of text.split(/\r?\n/).entries()) {
    if (/^\s*(#|$)/.test(line)) continue
    try {
      signers.push(readLine(line.trim(), index + 1))
    } catch (error) {
      problems.push({ line: index + 1, text: error instanceof Error ? error.message : 'it cannot be read' })
    }
  }
  return { signers, problems }
}

const TYPE = /^(ssh-|ecdsa-|sk-)/

function readLine(text: string, line: number): AllowedSigner {
  const [principals = '', second = '', ...rest] = fields(text)
  const [options, body] = TYPE.test(second) ? ['', rest[0]] : [second, rest[1]]
  const blob = Buffer.from(body ?? '', 'base64')
  const { type, fingerprint } = readSshKey(blob)
  if (type !== (TYPE.test(second) ? second : rest[0])) throw new TypeError('its key is not of the type that it names')
  return { line, principal: onePerson(principals), blob, fingerprint, ...readOptions(options) }
}

/** Split at blanks, but not within quotes. */
function fields(text: string): string[] {
  return text.match(/(?:[^\s"]|"[^"]*"?)+/g) ?? []
}

function onePerson(principals: string): string {
  const [principal = ''] = principals.replaceAll('"', '').split(',')
  if (/^[A-Za-z0-9][A-Za-z0-9._%+@-]{0,199}$/.test(principal)) return principal
  throw new TypeError(`\`${principal}\` is not the name of one person`)
}

function readOptions(text: string): Pick<AllowedSigner, 'namespaces' | 'validAfter' | 'validBefore'> {
  const options = text.match(/[^,"]+(?:"[^"]*")?/g) ?? []
  return Object.assign({}, ...options.map(readOption)) as ReturnType<typeof readOptions>
}

function readOption(option: string): Pick<AllowedSigner, 'namespaces' | 'validAfter' | 'validBefore'> {
  const [name = '', value = ''] = option.split(/=(.*)/s)
  const plain = value.replaceAll('"', '')
  if (/^namespaces$/i.test(name)) return { namespaces: plain.split(',') }
  if (/^valid-after$/i.test(name)) return { validAfter: localTime(plain) }
  if (/^valid-before$/i.test(name)) return { validBefore: localTime(plain) }
  throw new TypeError(`the option \`${name}\` is not accepted`)
}
