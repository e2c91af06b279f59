/** The candidate nearest to a misspelt name, if one is near enough to be meant. */
export function nearest(name: string, candidates: Iterable<string>): string | undefined {
  let best: string | undefined
  let least = Infinity
  for (const candidate of candidates) {
    if (candidate === name) continue
    const limit = Math.min(least, tolerated(name, candidate) + 1)
    const distance = editDistance(name.toLowerCase(), candidate.toLowerCase(), limit)
    if (distance < limit) [best, least] = [candidate, distance]
  }
  return best
}

/** One slip for every three letters of the longer word: `vals` is near `values`. */
function tolerated(name: string, candidate: string): number {
  return Math.max(1, Math.floor(Math.max(name.length, candidate.length) / 3))
}

/** `did you mean …?`, or what there is if that is a short list. */
export function didYouMean(name: string, candidates: Iterable<string>): string | undefined {
  const all = [...new Set(candidates)].filter((candidate) => candidate !== name)
  const found = nearest(name, all)
  if (found !== undefined) return `did you mean \`${found}\`?`
  if (all.length === 0 || all.length > 12) return undefined
  return `there ${all.length === 1 ? 'is' : 'are'} ${all.map((candidate) => `\`${candidate}\``).join(', ')}`
}

/** Insertions, deletions, replacements and swaps of neighbours between two words; `limit` where there are that many or more. */
function editDistance(a: string, b: string, limit: number): number {
  if (Math.abs(a.length - b.length) >= limit || a.length > 80 || b.length > 80) return limit
  let before: readonly number[] = []
  let above: readonly number[] = Array.from({ length: b.length + 1 }, (_, column) => Math.min(column, limit))
  for (let row = 1; row <= a.length; row += 1) {
    const current = rowOf({ a, b, row, limit }, above, before)
    // Every way leads through this row: where none in it is short enough, none will be.
    if (current.every((distance) => distance >= limit)) return limit
    ;[before, above] = [above, current]
  }
  return Math.min(at(above, b.length), limit)
}

interface Compared {
  readonly a: string
  readonly b: string
  readonly row: number
  readonly limit: number
}

/** One row of the table; so far from its middle that the lengths alone differ too much, nothing is looked at. */
function rowOf({ a, b, row, limit }: Compared, above: readonly number[], before: readonly number[]): number[] {
  const current = new Array<number>(b.length + 1).fill(limit)
  current[0] = Math.min(row, limit)
  const last = Math.min(b.length, row + limit)
  for (let column = Math.max(1, row - limit); column <= last; column += 1) {
    const replaced = at(above, column - 1) + (a[row - 1] === b[column - 1] ? 0 : 1)
    let least = Math.min(at(above, column) + 1, at(current, column - 1) + 1, replaced)
    const swapped = row > 1 && column > 1 && a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1]
    if (swapped) least = Math.min(least, at(before, column - 2) + 1)
    current[column] = Math.min(least, limit)
  }
  return current
}

function at(numbers: readonly number[], index: number): number {
  return numbers[index] ?? 0
}
