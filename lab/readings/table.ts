import type { ReadingId } from '../faults/call.ts'
import { allocations, edgeRoutes } from './agents.ts'
import type { Reading } from './answer.ts'
import { artifact, changesBetween } from './artifacts.ts'
import { bindings } from './bindings.ts'
import { errorLines } from './error-lines.ts'
import { promotionFreeze } from './freeze.ts'
import { app, environment } from './identity.ts'
import { operation, operations } from './operations.ts'
import { lastPromotion, ownerHistory, previousOwner, routeOwner } from './route.ts'
import { artifactFit, schemaState } from './schema.ts'

/** How each reading of the contract is answered. */
export const readings: { readonly [Id in ReadingId]: Reading<Id> } = {
  environment,
  app,
  promotionFreeze,
  lastPromotion,
  routeOwner,
  previousOwner,
  ownerHistory,
  edgeRoutes,
  allocations,
  schemaState,
  bindings,
  artifactFit,
  errorLines,
  artifact,
  changesBetween,
  operations,
  operation,
}
