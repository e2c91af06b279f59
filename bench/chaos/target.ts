/** What is killed. */
export type TargetKind = 'worker' | 'sealing' | 'temporal'

/** Something that can be killed with SIGKILL, and comes back. */
export interface Target {
  readonly kind: TargetKind
  /** False while it is coming back. */
  readonly up: boolean
  /** kill -9; it comes back by itself, as under any supervisor. */
  kill(): void
  /** Once it is up again. */
  back(): Promise<void>
  stop(): Promise<void>
}
