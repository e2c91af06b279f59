/** Is this version the minimum or a later one? Compares numbers only: `1.29.1`, `15`. */
export function atLeast(version: string, minimum: string): boolean {
  const have = numbers(version)
  for (const [index, wanted] of numbers(minimum).entries()) {
    const given = have[index] ?? 0
    if (given !== wanted) return given > wanted
  }
  return true
}

function numbers(version: string): number[] {
  return version.split('.').map((part) => Number.parseInt(part, 10) || 0)
}
