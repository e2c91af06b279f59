/** The times of a schedule, in UTC: which minutes, hours, days of the month, months and days of the week. */
export interface Cron {
  readonly minutes: ReadonlySet<number>
  readonly hours: ReadonlySet<number>
  readonly days: ReadonlySet<number>
  readonly months: ReadonlySet<number>
  /** 0 is Sunday. */
  readonly weekdays: ReadonlySet<number>
  /** Both kinds of days are named: as in every cron, one of them is enough. */
  readonly eitherDay: boolean
}

interface Field {
  readonly name: string
  readonly from: number
  readonly to: number
}

const FIELDS: readonly Field[] = [
  { name: 'minute', from: 0, to: 59 },
  { name: 'hour', from: 0, to: 23 },
  { name: 'day of the month', from: 1, to: 31 },
  { name: 'month', from: 1, to: 12 },
  { name: 'day of the week', from: 0, to: 7 },
]

/** Reads a cron line: five fields of numbers, ranges (`1-5`), steps (every 15th: `*` and `/15`) and lists; or says what is wrong with it. */
export function parseCron(text: string): Cron | { readonly problem: string } {
  const words = text.trim().split(/\s+/)
  if (words.length !== FIELDS.length)
    return {
      problem: `a schedule has five fields (${FIELDS.map(({ name }) => name).join(', ')}), this has ${words.length}`,
    }
  const sets: ReadonlySet<number>[] = []
  for (const [at, field] of FIELDS.entries()) {
    const numbers = numbersOf(words[at] ?? '', field)
    if (typeof numbers === 'string') return { problem: numbers }
    sets.push(numbers)
  }
  return neverComes(cronOf(sets, words))
}

function cronOf(sets: readonly ReadonlySet<number>[], words: readonly string[]): Cron {
  const [minutes, hours, days, months, weekdays] = sets.map((set) => new Set(set))
  if (weekdays?.delete(7) === true) weekdays.add(0)
  const none = new Set<number>()
  return {
    minutes: minutes ?? none,
    hours: hours ?? none,
    days: days ?? none,
    months: months ?? none,
    weekdays: weekdays ?? none,
    eitherDay: words[2]?.startsWith('*') === false && words[4]?.startsWith('*') === false,
  }
}

function numbersOf(word: string, field: Field): ReadonlySet<number> | string {
  const found = new Set<number>()
  for (const part of word.split(',')) {
    const range = rangeOf(part, field)
    if (typeof range === 'string') return range
    for (let number = range.from; number <= range.to; number += range.step) found.add(number)
  }
  return found
}

function rangeOf(part: string, field: Field): { from: number; to: number; step: number } | string {
  const [, all, first, last, step = '1'] = /^(?:(\*)|(\d{1,2})(?:-(\d{1,2}))?)(?:\/(\d{1,2}))?$/.exec(part) ?? []
  const stepped = all !== undefined || last !== undefined
  if ((all === undefined && first === undefined) || Number(step) === 0 || (step !== '1' && !stepped))
    return `\`${part}\` is no ${field.name}: write a number, \`*\`, \`1-5\`, \`*/15\`, or a list of these`
  const from = all === undefined ? Number(first) : field.from
  const to = all === undefined ? Number(last ?? first) : field.to
  if (from < field.from || to > field.to || from > to)
    return `\`${part}\` is no ${field.name}: it goes from ${field.from} to ${field.to}`
  return { from, to, step: Number(step) }
}

const LONGEST = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]

/** The 31st of February is a slip of the keyboard. */
function neverComes(cron: Cron): Cron | { readonly problem: string } {
  const longest = Math.max(...[...cron.months].map((month) => LONGEST[month - 1] ?? 0))
  if (cron.eitherDay || Math.min(...cron.days) <= longest) return cron
  return { problem: 'this time never comes: none of these months has such a day' }
}

const MINUTE_MS = 60_000

/** The times of a schedule after one moment and up to another, the oldest first; the moments should lie days apart at most. */
export function timesBetween(cron: Cron, afterMs: number, untilMs: number): number[] {
  const times: number[] = []
  for (let at = Math.floor(afterMs / MINUTE_MS + 1) * MINUTE_MS; at <= untilMs; at += MINUTE_MS)
    if (isTimeOf(cron, new Date(at))) times.push(at)
  return times
}

function isTimeOf(cron: Cron, at: Date): boolean {
  if (!cron.minutes.has(at.getUTCMinutes()) || !cron.hours.has(at.getUTCHours())) return false
  if (!cron.months.has(at.getUTCMonth() + 1)) return false
  const day = cron.days.has(at.getUTCDate())
  const weekday = cron.weekdays.has(at.getUTCDay())
  return cron.eitherDay ? day || weekday : day && weekday
}
