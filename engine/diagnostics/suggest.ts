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
  let before: number[] = []
  let above = Array.from({ length: b.length + 1 }, (_, column) => column)
  for (let row = 1; row <= a.length; row += 1) {
    const current = [row]
    for (let column = 1; column <= b.length; column += 1) {
      const same = a[row - 1] === b[column - 1]
      const swapped = a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1]
      const ways = [at(above, column) + 1, at(current, column - 1) + 1, at(above, column - 1) + (same ? 0 : 1)]
      if (swapped && row > 1 && column > 1) ways.push(at(before, column - 2) + 1)
      current.push(Math.min(...ways))
    }
    ;[before, above] = [above, current]
  }
  return Math.min(at(above, b.length), limit)
}

function at(numbers: readonly number[], index: number): number {
  return numbers[index] ?? 0
}
