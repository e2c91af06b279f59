import { definitionsFromAllowlist } from '../../../actions/allowlist.ts'
import { asAction, contextFor } from '../context.ts'

/** Carries out one shell action as a worker does, in the installation of its working folder: `<script> <idempotency key>`. */
const [script = '', idempotencyKey = ''] = process.argv.slice(2)
const entry = { id: 'slow', program: 'sh', args: ['-c', script], inputs: {}, timeoutMs: 60_000 }
const [slow] = definitionsFromAllowlist({ shell: [{ ...entry, effects: { 'host.shell': {} } }], http: [] })
await asAction(slow).perform({}, contextFor('none', 'http://127.0.0.1:1', { idempotencyKey }))
