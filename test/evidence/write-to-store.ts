import { randomBytes, randomUUID } from 'node:crypto'
import { sha256 } from '../../evidence/digest.ts'
import { openStore } from '../../evidence/store.ts'

/** A writer in a process of its own: `put <store> <word>`, or `files` and `bundles`, which write until they are killed. */
const [what, dir = '', word = ''] = process.argv.slice(2)
const store = openStore(dir)

if (what === 'put') {
  const said = await store.putOnce('run-1', 'a.json', Buffer.from(word)).catch((error: Error) => error.name)
  process.stdout.write(said)
}
if (what !== 'put') process.stdout.write('writing\n')
while (what === 'files') {
  const bytes = randomBytes(4_000_000)
  await store.putOnce('run-1', sha256(bytes), bytes)
}
while (what === 'bundles') {
  const files = Array.from({ length: 40 }, (_, at) => [`data/f/${at}`, randomBytes(20_000)] as const)
  await store.publish(randomUUID(), new Map(files))
}
