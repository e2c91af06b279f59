import { z } from 'zod'
import type { Contract } from '../../schemas/contract.ts'
import { count, id, sequence } from '../../schemas/types.ts'
import { declareReading } from './declare.ts'

const stream = z.strictObject({ stream: id('stream') })

/** Streams of events, asked of the server. */
export const natsContracts: readonly Contract[] = [
  declareReading({
    name: 'nats.deletedMessages',
    summary: 'How many messages from a sequence on are gone from a stream',
    input: stream.extend({ from: sequence() }),
    output: z.strictObject({ count: count() }),
  }),
  declareReading({
    name: 'nats.streamState',
    summary: 'The identity of a stream, and its first and last sequence',
    input: stream,
    output: z.strictObject({ identity: id('stream-identity'), firstSeq: sequence(), lastSeq: sequence() }),
  }),
]
