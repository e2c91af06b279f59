/** Keeps requests waiting while something happens to what they are about: whoever asks side by side finds one world. */
export interface Gate {
  /** Closes until this has been done. */
  during(work: () => Promise<void>): Promise<void>
  /** Once nothing is happening. */
  opened(): Promise<void>
}

/** Opens a gate that is open. */
export function openGate(): Gate {
  let closed = Promise.resolve()
  return {
    async during(work) {
      const before = closed
      closed = before.then(work)
      // A failure is that of whoever let it happen, not of those who waited.
      const mine = closed
      closed = mine.catch(() => undefined)
      await mine
    },
    opened: async () => closed,
  }
}
