import { Client, Connection } from '@temporalio/client'
import { defineSearchAttributeKey } from '@temporalio/common'
import { OperatorError } from './operator-error.ts'

/** Where Temporal is. */
export interface TemporalPlace {
  readonly address: string
  readonly namespace: string
}

/** Search attributes that the engine sets, as a server must know them. */
export const SEARCH_ATTRIBUTES = {
  RunproofRun: 'Keyword',
  RunproofOutcome: 'Keyword',
  RunproofPhase: 'Keyword',
  RunproofEnvironment: 'Keyword',
  RunproofApp: 'Keyword',
} as const

/** The run's own id, by which people find its workflow. */
export const runAttribute = defineSearchAttributeKey('RunproofRun', 'KEYWORD')

/** A page of a history may be larger than the 4 MB that gRPC takes by itself: 256 events, each with a value of up to 2 MB. */
const CHANNEL = { 'grpc.max_receive_message_length': 512 * 1024 * 1024 }

/** Opens a client, or says that Temporal cannot be reached. */
export async function connectTemporal({ address, namespace }: TemporalPlace): Promise<Client> {
  try {
    const connection = await Connection.connect({ address, connectTimeout: '5s', channelArgs: CHANNEL })
    return new Client({ connection, namespace })
  } catch {
    throw new OperatorError(
      'RP0201',
      `Temporal cannot be reached at ${address}`,
      'start it with `runproof up`, or mend TEMPORAL_ADDRESS',
    )
  }
}
