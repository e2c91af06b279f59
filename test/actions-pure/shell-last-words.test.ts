import { expect, test } from 'vitest'
import { definitionsFromAllowlist } from '../../actions/allowlist.ts'
import { lastWords } from '../../actions/shell/last-words.ts'
import type { ShellEntry } from '../../schemas/allowlist.ts'
import { asAction, contextFor } from './context.ts'

test('a command that failed says with which exit code, and the end of its standard error', async () => {
  await expect(perform('echo first >&2; echo broken >&2; exit 3')).rejects.toThrow(
    '`sh` ended with exit code 3; the end of its standard error: “first | broken”',
  )
  await expect(perform('exit 4')).rejects.toThrow(
    '`sh` ended with exit code 4, and wrote nothing to its standard error',
  )
})

test('a command that was ended by a signal says by which, and the end of its standard error', async () => {
  await expect(perform('echo out of memory >&2; kill -KILL $$')).rejects.toThrow(
    '`sh` was ended by SIGKILL; the end of its standard error: “out of memory”',
  )
})

test('a command that ended well, and whose output is of another shape, says so', async () => {
  const output = { kind: 'object', fields: {} } as const
  await expect(perform('echo moved', { output })).rejects.toThrow(
    '`sh` ended with exit code 0, and printed what is no JSON object',
  )
})

test('the end of standard error is told, also where its beginning has filled all the room', async () => {
  await expect(perform('head -c 300000 /dev/zero | tr "\\0" x >&2; echo >&2; echo broken >&2; exit 3')).rejects.toThrow(
    /exit code 3; the end of its standard error: “(…x* \| )?broken”$/,
  )
})

test.each([
  ['escape sequences', '\u001b[31mred\u001b[0m\u001b]0;title\u0007', 'red'],
  ['text that runs backwards', 'a\u202eb\u200b', 'a·b·'],
  ['half a character', 'a\ud800', 'a\ufffd'],
  ['empty lines and carriage returns', '\r\n10%\r90%\n\n', '10% | 90%'],
  ['more than five lines', '1\n2\n3\n4\n5\n6\n7', '3 | 4 | 5 | 6 | 7'],
  ['nothing', '\n', ''],
])('what a terminal would obey, and what is too much, is not told: %s', (_what, stderr, told) => {
  expect(lastWords(stderr, {})).toBe(told)
})

test('the last 400 characters are told, and said to be the last', () => {
  expect(lastWords(`${'x'.repeat(1000)}🙂`, {})).toBe(`…${'x'.repeat(399)}🙂`)
})

test.each([
  ['a URL with a password', 'cannot clone https://ada:hunter22@git.example/x'],
  ['a header', 'sent Authorization: Bearer hunter22hunter22'],
  ['a header of the basic kind', '> authorization: Basic aHVudGVyMjI='],
  ['a name and a value', 'connect failed: host=db password=hunter22'],
  ['a quoted value', `{"api_key": "hunter22 hunter22"}`],
  ['a name with a prefix', 'DB_PASSWORD=hunter22'],
  ['a name with a suffix', 'AWS_SECRET_ACCESS_KEY=hunter22'],
  ['a cookie', 'Set-Cookie: sid=hunter22; path=/'],
  ['an option', 'usage: tool --auth-token hunter22 --force'],
  ['a header of a kind of its own', 'Authorization: Digest username="ada", response="hunter22"'],
  ['a header with one token', "curl -H 'Authorization: token hunter22'"],
  ['several cookies', 'Cookie: theme=dark; lang=en; sid=hunter22'],
  ['a user with a password', '+ curl -u ada:hunter22 https://example'],
  ['a user with a password at the beginning', '-u ada:hunter22'],
  ['a user with a password, as one word', 'curl -uada:hunter22'],
  ['a user with a password, by the long name', 'curl --user=ada:hunter22'],
  ['a user with a password that holds a space', `curl --proxy-user "ada:correct hunter22"`],
  ['a short name', 'DB_PASS=hunter22'],
  ['a short name of MySQL', 'MYSQL_PWD: hunter22'],
  ['an option of a short name', 'usage: tool --db-pass hunter22'],
])('G30: a secret in standard error is not told: %s', (_what, stderr) => {
  const told = lastWords(stderr, {})
  expect(told).toContain('[redacted]')
  expect(told).not.toMatch(/hunter22|aHVudGVyMjI/)
})

test('G30: the value of a variable that the entry names like a secret is not told, wherever it stands', () => {
  const env = { TARGET_TOKEN: 'correct-horse', DB_PASS: 'battery', PLACE: 'shop', EMPTY_TOKEN: '' }
  expect(lastWords('no access to shop with correct-horse', env)).toBe('no access to shop with [redacted]')
  expect(lastWords('nor with battery', env)).toBe('nor with [redacted]')
})

test('words that merely speak of secrets are told as they are', () => {
  const words = 'the token has expired | ask for a new password | sort -u names: 3 pass, 1 fail'
  expect(lastWords(words.replaceAll(' | ', '\n'), {})).toBe(words)
})

async function perform(script: string, more: Partial<ShellEntry> = {}) {
  const entry = { id: 'fails', program: 'sh', args: ['-c', script], inputs: {}, timeoutMs: 10_000 }
  const [fails] = definitionsFromAllowlist({ shell: [{ ...entry, effects: { 'host.shell': {} }, ...more }], http: [] })
  return asAction(fails).perform({}, contextFor('none', 'http://127.0.0.1:1'))
}
