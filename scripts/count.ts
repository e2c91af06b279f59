/** What is needed of vitest's JSON report. */
export interface Report {
  readonly numPassedTests: number
  readonly numFailedTests: number
  readonly numTotalTests: number
  readonly testResults: readonly {
    readonly status: string
    readonly assertionResults: readonly { readonly status: string }[]
  }[]
}

export interface Counts {
  readonly passed: number
  readonly failed: number
  readonly skipped: number
}

/** Counts tests. A file that failed without a failed test counts as one; so does a run that failed in any other way. */
export function count(report: Report | undefined, exitCode: number): Counts {
  if (report === undefined) return { passed: 0, failed: 1, skipped: 0 }
  const { numPassedTests: passed, numFailedTests, numTotalTests, testResults } = report
  const failed = numFailedTests + testResults.filter(failedAsAWhole).length
  return { passed, failed: failed || (exitCode === 0 ? 0 : 1), skipped: numTotalTests - passed - numFailedTests }
}

function failedAsAWhole({ status, assertionResults }: Report['testResults'][number]): boolean {
  return status === 'failed' && !assertionResults.some((test) => test.status === 'failed')
}
