import { ServiceError, type Say } from './service.ts'

/** One way to have a server: what it found, or why it found nothing. */
export interface Way<T> {
  readonly name: string
  /** What a person can do so that this way works. */
  readonly cure: string
  attempt(): Promise<{ readonly found: T } | { readonly because: string }>
}

/** Goes through the ways in their order and takes the first that works; otherwise one error names every way. */
export async function firstThatWorks<T>(service: string, ways: readonly Way<T>[], say: Say): Promise<T> {
  const failures: Failure[] = []
  for (const way of ways) {
    const result = await way.attempt()
    if ('because' in result) {
      failures.push({ way, because: result.because })
      continue
    }
    say(`${service}: found by ${way.name}${failures.map(inShort).join('')}`)
    return result.found
  }
  throw new ServiceError(nothingWorks(service, failures))
}

interface Failure {
  readonly way: Way<unknown>
  readonly because: string
}

function inShort({ way, because }: Failure): string {
  return `; not by ${way.name}: ${because.split('\n', 1)[0]}`
}

function nothingWorks(service: string, failures: readonly Failure[]): string {
  return [
    `there is no way to a ${service} server; tried in this order:`,
    ...failures.map(({ way, because }, index) => `  ${index + 1}. ${way.name}: ${because.replaceAll('\n', '\n     ')}`),
    'hint: do one of these and start again:',
    ...failures.map(({ way }) => `  - ${way.cure}`),
  ].join('\n')
}
