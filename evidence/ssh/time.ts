const FORM = /^(\d{4})(\d\d)(\d\d)(?:(\d\d)(\d\d)(\d\d)?)?(Z?)$/

/** A time as OpenSSH writes it, `YYYYMMDD` or `YYYYMMDDHHMM[SS]`: of this machine's time zone, or of UTC with a `Z`. Throws otherwise. */
export function localTime(text: string): Date {
  const [whole, year, month, day, hour = '00', minute = '00', second = '00', zone] = FORM.exec(text) ?? []
  const time = new Date(`${year}-${month}-${day}T${hour}:${minute}:${second}${zone ?? ''}`)
  if (whole === undefined || Number.isNaN(time.getTime())) throw new TypeError(`\`${text}\` is no time`)
  return time
}
