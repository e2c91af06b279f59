import { Counter, Gauge, Registry, collectDefaultMetrics } from 'prom-client'
import type { ScheduledStart } from '../host/schedules/fire.ts'
import { RESULTS } from './decide-alert.ts'

/** Everything that one server counts, in a registry of its own. */
export interface Metrics {
  readonly registry: Registry
  /** Requests to the webhook, by the status of the answer. */
  readonly notifications: Counter<'code'>
  /** Alerts in notifications, by what was decided. */
  readonly alerts: Counter<'result'>
  /** Alerts that Alertmanager left out of its messages. */
  readonly truncated: Counter
  /** Starts that schedules asked for, by what was decided. */
  readonly scheduled: Counter<'result'>
  /** Runs that Temporal remembers, by outcome. */
  readonly runs: Gauge<'outcome'>
  /** Runs that are open, by what they are at. */
  readonly open: Gauge<'phase'>
  /** 1 where the last question to Temporal was answered. */
  readonly temporal: Gauge
}

const SCHEDULED: readonly ScheduledStart['result'][] = [
  'started',
  'merged',
  'already-handled',
  'cooling-down',
  'refused',
  'failed',
]

/** Makes the metrics of a server; each result is there from the beginning, so that its first rise is seen. */
export function makeMetrics(): Metrics {
  const registry = new Registry()
  collectDefaultMetrics({ register: registry })
  return { registry, ...countersIn([registry]), ...gaugesIn([registry]) }
}

type Counters = Pick<Metrics, 'notifications' | 'alerts' | 'truncated' | 'scheduled'>

function countersIn(registers: Registry[]): Counters {
  const alerts = new Counter({
    name: 'runproof_webhook_alerts_total',
    help: 'Alerts by what was decided.',
    labelNames: ['result'],
    registers,
  })
  for (const result of RESULTS) alerts.inc({ result }, 0)
  const scheduled = new Counter({
    name: 'runproof_schedule_starts_total',
    help: 'Starts that schedules asked for by what was decided; failed: nobody could say which items there are.',
    labelNames: ['result'],
    registers,
  })
  for (const result of SCHEDULED) scheduled.inc({ result }, 0)
  const notifications = new Counter({
    name: 'runproof_webhook_notifications_total',
    help: 'Requests to the alert webhook by the status of the answer.',
    labelNames: ['code'],
    registers,
  })
  const truncated = new Counter({
    name: 'runproof_webhook_truncated_alerts_total',
    help: 'Alerts that Alertmanager left out of its messages.',
    registers,
  })
  return { alerts, scheduled, notifications, truncated }
}

function gaugesIn(registers: Registry[]): Pick<Metrics, 'runs' | 'open' | 'temporal'> {
  return {
    runs: new Gauge({
      name: 'runproof_runs',
      help: 'Runs that Temporal remembers, by outcome.',
      labelNames: ['outcome'],
      registers,
    }),
    open: new Gauge({
      name: 'runproof_runs_open',
      help: 'Open runs: live until their outcome is known, then sealing; waiting are those of the live ones that wait for a person.',
      labelNames: ['phase'],
      registers,
    }),
    temporal: new Gauge({
      name: 'runproof_temporal_up',
      help: 'Whether Temporal could be asked for this scrape.',
      registers,
    }),
  }
}
