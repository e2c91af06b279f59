import { randomBytes } from 'node:crypto'
import type { Alert, Notification } from '../../schemas/alertmanager.ts'

/** A firing alert that no other test knows. */
export function alertOf(labels: Readonly<Record<string, string>>, differing: Partial<Alert> = {}): Alert {
  const fingerprint = randomBytes(8).toString('hex')
  const startsAt = new Date().toISOString().replace('Z', '123456Z')
  const times = { startsAt, endsAt: '0001-01-01T00:00:00Z' }
  return {
    status: 'firing',
    labels: { ...labels },
    annotations: {},
    generatorURL: '',
    fingerprint,
    ...times,
    ...differing,
  }
}

/** A message with these alerts. */
export function messageOf(alerts: readonly Alert[], differing: Partial<Notification> = {}): Notification {
  const groups = { groupLabels: {}, commonLabels: {}, commonAnnotations: {} }
  return {
    version: '4',
    status: 'firing',
    receiver: 'test',
    groupKey: '{}',
    truncatedAlerts: 0,
    externalURL: '',
    ...groups,
    alerts: [...alerts],
    ...differing,
  }
}
