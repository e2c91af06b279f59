import { inject } from 'vitest'

/** Where the servers of this test run are. Make what you need in them: your own task queue, database, stream. */
export interface TestServices {
  readonly temporal: { readonly address: string; readonly namespace: string }
  /** URL of a superuser. */
  readonly postgres: { readonly url: string }
  /** JetStream is on. */
  readonly nats: { readonly url: string }
}

declare module 'vitest' {
  interface ProvidedContext {
    services: TestServices
  }
}

/** The real servers that the global setup started; there in every test outside the `pure` project. */
export function services(): TestServices {
  return inject('services')
}
