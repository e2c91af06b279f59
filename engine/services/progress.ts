import type { Say } from './service.ts'

const FIRST_MS = 2_000
const NEXT_MS = 5_000

/** Waits for work; when it takes over two seconds, says every few seconds that it still goes on. */
export async function withProgress<T>(work: Promise<T>, what: string, say: Say): Promise<T> {
  const startedAt = performance.now()
  const report = () => {
    say(`${what}: ${Math.round((performance.now() - startedAt) / 1000)} s so far`)
    timer = setTimeout(report, NEXT_MS)
  }
  let timer = setTimeout(report, FIRST_MS)
  try {
    return await work
  } finally {
    clearTimeout(timer)
  }
}
