import { isJsonObject } from '../../../schemas/json.ts'
import type { Identity, Trigger } from '../../../schemas/run.ts'
import { plain } from '../terminal.ts'

/** Who or what asked for a run, and what it may do. */
export function triggerText(trigger: Trigger): string {
  if (trigger.kind === 'person') return `${identityText(trigger.by)}${reasonText(trigger.reason)}`
  const mode = trigger.mode === undefined || trigger.mode === 'act' ? '' : MODES[trigger.mode]
  return `${trigger.kind} ${alertName(trigger)}${plain(trigger.occurrence)}${mode}`
}

/** What Alertmanager calls it, where it has a name. */
function alertName(trigger: Trigger): string {
  const { labels } = trigger.kind === 'alert' ? trigger.alert : {}
  const name = isJsonObject(labels) ? labels['alertname'] : undefined
  return typeof name === 'string' && name !== '' ? `${plain(name)} ` : ''
}

const MODES = { observe: ' (observes: no effect)', propose: ' (proposes: a person agrees first)' } as const

/** Somebody, and how sure it is that it was they. */
export function identityText({ user, host, assurance }: Identity): string {
  return assurance === 'signed' ? `${plain(user)} (signed)` : `${plain(user)}@${plain(host)} (self-asserted)`
}

/** What they gave as their reason. */
export function reasonText(reason: string | undefined): string {
  return reason === undefined ? '' : `: ${plain(reason)}`
}
