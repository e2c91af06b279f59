import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { execa } from 'execa'
import { afterEach, beforeEach, expect, test } from 'vitest'

const SIGN = pathToFileURL(join(import.meta.dirname, '../../engine/cli/votes/ssh-keygen.ts')).href

/** Stands for the ssh-keygen of a machine with a token: speaks like it, and signs with the name of the token's provider. */
const SSH_KEYGEN = `#!/bin/sh
for file; do :; done
echo 'Confirm user presence for key ED25519-SK SHA256:xyz' >&2
echo "by $SSH_SK_PROVIDER" > "$file.sig"
`

let folder: string

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'runproof-token-'))
  await writeFile(join(folder, 'ssh-keygen'), SSH_KEYGEN)
  await chmod(join(folder, 'ssh-keygen'), 0o700)
})
afterEach(async () => rm(folder, { recursive: true }))

test('who signs with a security key reads when to touch it, and ssh-keygen learns how to reach it', async () => {
  const script = `import { signWithSsh } from '${SIGN}'; console.log(await signWithSsh(Buffer.from('{}'), 'key'))`
  const env = { PATH: `${folder}:${process.env['PATH'] ?? ''}`, SSH_SK_PROVIDER: '/usr/lib/our-token.so' }
  const { stdout, stderr } = await execa('node', ['--input-type=module', '-e', script], { env })
  expect(stderr).toContain('Confirm user presence')
  expect(stdout).toContain('by /usr/lib/our-token.so')
})
