/** A lease as it stands right after it was taken or renewed. */
export interface Taken {
  /** Grows each time that the resource changes hands, so that the target can tell an old holder from the new one. */
  readonly token: number
}

/** Where leases lie: one row for each resource, which stays when nobody holds it, so that its token never falls back (G3). */
export interface LeaseStore {
  /** Takes a resource for a holder, or takes it anew where that is its holder; answers with who else has it. */
  take(resource: string, holder: string, ttlMs: number): Promise<Taken | { readonly heldBy: string }>
  /** Prolongs what the holder still has of these; answers with those that it has. */
  renew(resources: readonly string[], holder: string, ttlMs: number): Promise<readonly string[]>
  /** Gives back everything that the holder has. */
  release(holder: string): Promise<void>
  /** Everybody who has a lease now. */
  holders(): Promise<readonly string[]>
  close(): Promise<void>
}
