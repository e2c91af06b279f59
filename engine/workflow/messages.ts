import { defineSearchAttributeKey } from '@temporalio/common'
import { defineQuery, defineUpdate } from '@temporalio/workflow'
import { NAMES } from '../../schemas/run.ts'
import type { RunState, SignedAdmission, SignedVote, VoteVerdict } from '../../schemas/run.ts'

/** The whole run as it is now. */
export const stateQuery = defineQuery<RunState>(NAMES.stateQuery)

/** A further start of the same coalesce key, admitted like the first, meets the live run; answers with that run's id. */
export const triggerUpdate = defineUpdate<{ runId: string }, [SignedAdmission]>(NAMES.triggerUpdate)

/** A person's vote on the open question. */
export const voteUpdate = defineUpdate<VoteVerdict, [SignedVote]>(NAMES.voteUpdate)

/** The run's outcome, for lists. */
export const outcomeAttribute = defineSearchAttributeKey('RunproofOutcome', 'KEYWORD')
