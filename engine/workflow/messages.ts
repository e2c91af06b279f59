import { defineSearchAttributeKey } from '@temporalio/common'
import { defineQuery, defineUpdate } from '@temporalio/workflow'
import { NAMES } from '../../schemas/run.ts'
import type {
  PauseRequest,
  ResolvedNotice,
  RunState,
  SignedAdmission,
  SignedVote,
  VoteVerdict,
} from '../../schemas/run.ts'

/** The whole run as it is now. */
export const stateQuery = defineQuery<RunState>(NAMES.stateQuery)

/** A further start of the same coalesce key, admitted like the first, meets the live run; answers with that run's id. */
export const triggerUpdate = defineUpdate<{ runId: string }, [SignedAdmission]>(NAMES.triggerUpdate)

/** A person's vote on an open question. */
export const voteUpdate = defineUpdate<VoteVerdict, [SignedVote]>(NAMES.voteUpdate)

/** Lets no further step begin; what is under way ends. */
export const pauseUpdate = defineUpdate<void, [PauseRequest]>(NAMES.pauseUpdate)

/** Lets a paused run go on. */
export const resumeUpdate = defineUpdate<void, [PauseRequest]>(NAMES.resumeUpdate)

/** An alert of this run is resolved: a reason to look again at once, and no more than that (G16). */
export const resolvedUpdate = defineUpdate<void, [ResolvedNotice]>(NAMES.resolvedUpdate)

/** What lists of runs show and choose by. */
export const attributes = {
  outcome: defineSearchAttributeKey('RunproofOutcome', 'KEYWORD'),
  phase: defineSearchAttributeKey('RunproofPhase', 'KEYWORD'),
  environment: defineSearchAttributeKey('RunproofEnvironment', 'KEYWORD'),
  app: defineSearchAttributeKey('RunproofApp', 'KEYWORD'),
}
