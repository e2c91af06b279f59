/** Counts the requests that were answered, by name, so that a test can say how often something was asked. */
export interface Counters {
  count(name: string): void
  read(): Record<string, number>
  clear(): void
}

/** Starts at zero. */
export function openCounters(): Counters {
  const counts = new Map<string, number>()
  return {
    count: (name) => void counts.set(name, (counts.get(name) ?? 0) + 1),
    read: () => Object.fromEntries(counts),
    clear: () => counts.clear(),
  }
}
