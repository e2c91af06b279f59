import { describe, expect, test } from 'vitest'
import { parseCron, timesBetween } from '../../engine/language/cron.ts'

/** The times of a cron line on one day, as `HH:MM`. */
function timesOn(day: string, line: string): string[] {
  const cron = parseCron(line)
  if ('problem' in cron) throw new Error(cron.problem)
  const start = Date.parse(`${day}T00:00:00Z`)
  return timesBetween(cron, start - 1, start + 86_399_999).map((at) => new Date(at).toISOString().slice(11, 16))
}

describe('a cron line', () => {
  test.each([
    ['0 6 * * *', '2026-11-21', ['06:00']],
    ['*/30 22-23 * * *', '2026-11-21', ['22:00', '22:30', '23:00', '23:30']],
    ['5,10 0 * * *', '2026-11-21', ['00:05', '00:10']],
    ['0 10-20/5 * * *', '2026-11-21', ['10:00', '15:00', '20:00']],
    ['0 6 * * 6', '2026-11-21', ['06:00']],
    ['0 6 * * 1-5', '2026-11-21', []],
    ['0 6 * * 7', '2026-11-22', ['06:00']],
    ['0 6 * * 0', '2026-11-22', ['06:00']],
    ['0 6 21 11 *', '2026-11-21', ['06:00']],
    ['0 6 22 * *', '2026-11-21', []],
    ['0 6 1 * 6', '2026-11-21', ['06:00']],
    ['0 6 1 * 1', '2026-11-21', []],
    ['0 6 29 2 *', '2028-02-29', ['06:00']],
  ])('%s, on %s, is at %j', (line, day, times) => {
    expect(timesOn(day, line)).toEqual(times)
  })

  test('counts neither the moment after which it is asked, nor one that is to come', () => {
    const cron = parseCron('* * * * *')
    if ('problem' in cron) throw new Error(cron.problem)
    const minute = Date.parse('2026-11-21T06:00:00Z')
    expect(timesBetween(cron, minute, minute + 59_999)).toEqual([])
    expect(timesBetween(cron, minute - 1, minute)).toEqual([minute])
    expect(timesBetween(cron, minute, minute + 120_000)).toEqual([minute + 60_000, minute + 120_000])
  })

  test.each([
    ['0 6 * *', 'a schedule has five fields (minute, hour, day of the month, month, day of the week), this has 4'],
    ['60 6 * * *', '`60` is no minute: it goes from 0 to 59'],
    ['0 6 0 * *', '`0` is no day of the month: it goes from 1 to 31'],
    ['0 9-5 * * *', '`9-5` is no hour: it goes from 0 to 23'],
    ['0 6 * * mon', '`mon` is no day of the week: write a number, `*`, `1-5`, `*/15`, or a list of these'],
    ['*/0 6 * * *', '`*/0` is no minute: write a number, `*`, `1-5`, `*/15`, or a list of these'],
    ['5/10 6 * * *', '`5/10` is no minute: write a number, `*`, `1-5`, `*/15`, or a list of these'],
    ['0 6 30 2 *', 'this time never comes: none of these months has such a day'],
  ])('%s is refused in words', (line, problem) => {
    expect(parseCron(line)).toEqual({ problem })
  })
})
