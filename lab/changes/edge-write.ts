import type { components } from '../../schemas/generated/platform.ts'
import { askAgent } from '../bus/agent.ts'
import type { EdgeAnswer, EdgeQuestion } from '../followers/edge.ts'
import { PlatformProblem } from '../http/problem.ts'
import type { PlatformRequest } from '../http/request.ts'
import type { Platform } from '../platform.ts'
import { requireRoute } from '../readings/identity.ts'
import type { Operation } from '../readings/operations.ts'
import type { Route } from '../route.ts'
import { clientChange } from './client-change.ts'
import type { Change } from './operate.ts'

/** A hand edit of one edge's table: the request is on record, the entry does not say so. */
export function writeEdgeRoute(request: PlatformRequest, platform: Platform): Change {
  const { environment = '', app = '', edge = '' } = request.path
  const wanted = request.body as components['schemas']['EdgeWriteRequest']
  return clientChange('edge-write', request, {
    environment,
    app,
    edge,
    request: wanted,
    async apply(tx) {
      await requireRoute(tx, { environment, app })
      return writeByHand(platform, edge, { environment, app, digest: wanted.digest })
    },
  })
}

/** Has an edge write its own table, past the route owner. */
export async function writeByHand(
  { bus, fleet }: Platform,
  edge: string,
  entry: Route & { readonly digest: string },
): Promise<Operation['result']> {
  if (!fleet.edgeNames.includes(edge)) throw new PlatformProblem('edge-not-found', `there is no edge ${edge}`)
  const question: EdgeQuestion = { ...entry, ask: 'write' }
  const written = (await askAgent<EdgeAnswer>(bus, edge, question))?.entry
  if (written === undefined)
    throw new PlatformProblem('agent-unreachable', `the agent of ${edge} did not write the entry`)
  return { digest: written.digest, epoch: written.epoch }
}
