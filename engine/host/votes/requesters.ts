import type { Trigger, Vote } from '../../../schemas/run.ts'
import type { Config } from '../config.ts'

/** The users among those who asked for a run. */
export function requestersOf(triggers: readonly Trigger[]): string[] {
  return triggers.flatMap((trigger) => (trigger.kind === 'person' ? [trigger.by.user] : []))
}

/**
 * Whether the voter may be this requester: by name, by the part of it before `@`, by the operating system's users that the
 * configuration gives the name, or by the user under whom the vote was signed. In doubt it is.
 */
export function isRequester({ votes }: Pick<Config, 'votes'>, { by, login }: Vote, requester: string): boolean {
  const users = Object.hasOwn(votes.users, by.user) ? (votes.users[by.user] ?? []) : []
  return [by.user, by.user.replace(/@.*/, ''), login?.user, ...users].includes(requester)
}
