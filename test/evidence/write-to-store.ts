import { randomBytes, randomUUID } from 'node:crypto'
import { rename, writeFile } from 'node:fs/promises'
import { setTimeout as wait } from 'node:timers/promises'
import { sha256 } from '../../evidence/digest.ts'
import { openStore } from '../../evidence/store.ts'

/**
 * A writer in a process of its own: `put <store> <word>`; `files`, `ready files` and `bundles`, which write until they are killed; or `once`,
 * which writes one record, has files ready for more, and ends; `once, then away` puts a file in the place of its store before that.
 */
const [what, dir = '', word = ''] = process.argv.slice(2)
const store = openStore(dir, { ready: what === 'ready files' || what?.startsWith('once') ? 4 : 0 })

if (what === 'put') {
  const said = await store.putOnce('run-1', 'a.json', Buffer.from(word)).catch((error: Error) => error.name)
  process.stdout.write(said)
}
if (what?.startsWith('once')) {
  await store.putOnce('run-1', 'a.json', Buffer.from('once'))
  await wait(300)
}
if (what === 'once, then away') {
  await rename(dir, `${dir}-away`)
  await writeFile(dir, 'in the way')
}
if (what !== 'put') process.stdout.write('writing\n')
while (what === 'files' || what === 'ready files') {
  const bytes = randomBytes(4_000_000)
  await store.putOnce('run-1', sha256(bytes), bytes)
  if (what === 'ready files') await wait(120)
}
while (what === 'bundles') {
  const files = Array.from({ length: 40 }, (_, at) => [`data/f/${at}`, randomBytes(20_000)] as const)
  await store.publish(randomUUID(), new Map(files))
}
