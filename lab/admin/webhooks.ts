/** A notification that was posted to the sink. */
export interface Received {
  readonly at: string
  readonly body: unknown
}

/** The sink for notifications. */
export interface Webhooks {
  record(body: unknown): void
  list(): readonly Received[]
  clear(): void
}

/** Starts empty. */
export function openWebhooks(): Webhooks {
  const received: Received[] = []
  return {
    record: (body) => void received.push({ at: new Date().toISOString(), body }),
    list: () => received,
    clear: () => void received.splice(0),
  }
}
