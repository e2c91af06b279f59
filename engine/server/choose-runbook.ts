import type { Alert } from '../../schemas/alertmanager.ts'
import type { AlertTrigger, Plan } from '../../schemas/plan.ts'

/** The compiled runbooks of an installation, by id. */
export type Runbooks = Readonly<Record<string, { readonly plan: Plan; readonly digest: string }>>

/** The runbook for an alert, with the trigger that matched. */
export interface Chosen {
  readonly plan: Plan
  readonly digest: string
  readonly trigger: AlertTrigger
}

/** The label by which an alert chooses among the runbooks whose triggers match. */
const CHOOSING_LABEL = 'runbook'

/**
 * The one runbook that an alert is for (G36): its triggers match the alert's name; where several do, a label chooses among
 * them, and nothing else. A label never adds a runbook. Undefined where none matches; a text where it stays open.
 */
export function chooseRunbook({ labels }: Alert, runbooks: Runbooks): Chosen | string | undefined {
  const matching = Object.values(runbooks).flatMap((runbook) => matchOf(runbook, labels['alertname']))
  const [first, ...others] = matching
  if (first === undefined) return undefined
  if (labels[CHOOSING_LABEL] !== undefined) return chosenByLabel(matching, labels[CHOOSING_LABEL])
  if (others.length === 0) return first
  return `the triggers of several runbooks match (${idsOf(matching)}), and no label \`${CHOOSING_LABEL}\` chooses one`
}

function matchOf({ plan, digest }: Runbooks[string], alertname: string | undefined): Chosen[] {
  const ofAlerts = plan.triggers.filter((trigger) => trigger.kind === 'alert')
  const trigger = ofAlerts.find(({ alerts }) => alertname !== undefined && alerts.includes(alertname))
  return trigger === undefined ? [] : [{ plan, digest, trigger }]
}

function chosenByLabel(matching: readonly Chosen[], id: string): Chosen | string {
  const chosen = matching.find(({ plan }) => plan.runbook.id === id)
  return (
    chosen ?? `the label \`${CHOOSING_LABEL}\` names none of the runbooks whose triggers match (${idsOf(matching)})`
  )
}

function idsOf(matching: readonly Chosen[]): string {
  return matching.map(({ plan }) => plan.runbook.id).join(', ')
}
