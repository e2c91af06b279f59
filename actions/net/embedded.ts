import { isIP } from 'node:net'

/** The IPv4 address that an IPv6 address stands for (mapped, compatible, translated, 6to4), or `undefined`. */
export function embeddedIn(address: string): string | undefined {
  const [plain = ''] = address.split('%')
  if (isIP(plain) !== 6) return undefined
  const groups = groupsOf(plain)
  if (groups[0] === 0x2002) return dotted(groups[1], groups[2])
  return carriers.has(groups.slice(0, 6).join(':')) ? dotted(groups[6], groups[7]) : undefined
}

/** `::/96`, `::ffff:0:0/96`, `::ffff:0:0:0/96` and `64:ff9b::/96`, as decimal groups. `::` and `::1` carry none. */
const carriers = new Set(['0:0:0:0:0:0', '0:0:0:0:0:65535', '0:0:0:0:65535:0', '100:65435:0:0:0:0'])

/** The eight groups; the URL parser writes a dotted end as two of them. */
function groupsOf(address: string): readonly number[] {
  const [head = '', tail] = new URL(`http://[${address}]`).hostname.slice(1, -1).split('::')
  const first = numbersOf(head)
  const last = numbersOf(tail ?? '')
  return [...first, ...Array<number>(8 - first.length - last.length).fill(0), ...last]
}

function numbersOf(part: string): readonly number[] {
  return part === '' ? [] : part.split(':').map((group) => Number.parseInt(group, 16))
}

function dotted(high = 0, low = 0): string | undefined {
  if (high === 0 && low <= 1) return undefined
  return [high >> 8, high & 255, low >> 8, low & 255].join('.')
}
