/** Starts and stops NATS, and prints where it came from. */
import { startNats } from '../../../engine/services/index.ts'

const nats = await startNats({ say: () => undefined })
await nats.stop()
console.log(nats.origin)
