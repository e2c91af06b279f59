import type { Contract } from '../schemas/contract.ts'
import { contractOf } from './contract.ts'
import { declaredContracts } from './contracts/index.ts'
import type { AnyDefinition } from './define.ts'
import { webhook } from './notify/webhook.ts'
import { affectedBindingsOf } from './platform/affected-bindings-of.ts'
import { allocations } from './platform/allocations.ts'
import { app } from './platform/app.ts'
import { artifactFit } from './platform/artifact-fit.ts'
import { artifact } from './platform/artifact.ts'
import { bindings } from './platform/bindings.ts'
import { buildArtifact } from './platform/build-artifact.ts'
import { changesBetween } from './platform/changes-between.ts'
import { edgeRoutes } from './platform/edge-routes.ts'
import { environment } from './platform/environment.ts'
import { errorLines } from './platform/error-lines.ts'
import { freezePromotions } from './platform/freeze-promotions.ts'
import { lastPromotion } from './platform/last-promotion.ts'
import { liftFreeze } from './platform/lift-freeze.ts'
import { ownerHistory } from './platform/owner-history.ts'
import { previousOwner } from './platform/previous-owner.ts'
import { promotionFreeze } from './platform/promotion-freeze.ts'
import { rollbackRouteOwner } from './platform/rollback-route-owner.ts'
import { routeOwner } from './platform/route-owner.ts'
import { schemaState } from './platform/schema-state.ts'
import { statusOfAffected } from './platform/status-of-affected.ts'
import { writeEdgeRoute } from './platform/write-edge-route.ts'
import { errorRatioByDigest } from './prometheus/error-ratio-by-digest.ts'
import { query } from './prometheus/query.ts'

export { declaredContracts } from './contracts/index.ts'

/** Every action and reading, sorted by name. Those of an allowlist come on top: `definitionsFromAllowlist`. */
export const definitions: readonly AnyDefinition[] = [
  webhook,
  affectedBindingsOf,
  allocations,
  app,
  artifact,
  artifactFit,
  bindings,
  buildArtifact,
  changesBetween,
  edgeRoutes,
  environment,
  errorLines,
  freezePromotions,
  lastPromotion,
  liftFreeze,
  ownerHistory,
  previousOwner,
  promotionFreeze,
  rollbackRouteOwner,
  routeOwner,
  schemaState,
  statusOfAffected,
  writeEdgeRoute,
  errorRatioByDigest,
  query,
]

/** The contracts of `definitions`, in the same order. */
export const contracts: readonly Contract[] = definitions.map((definition) => contractOf(definition))

/** The contracts of all that can be carried out and of all that is only declared: what a catalogue compiles against. */
export const allContracts: readonly Contract[] = [...contracts, ...declaredContracts]
