import { BlockList, isIP } from 'node:net'
import { networkInterfaces } from 'node:os'
import { embeddedIn } from './embedded.ts'

/** What kind of place an address is, as far as requests are concerned (G32). */
export type AddressKind = 'public' | 'private' | 'sensitive'

/** Link-local, cloud metadata, multicast, reserved: never a service that a runbook needs. */
const sensitive = listOf([
  '0.0.0.0/8',
  '169.254.0.0/16',
  '168.63.129.16/32',
  '100.100.100.200/32',
  '192.0.0.0/24',
  '224.0.0.0/4',
  '240.0.0.0/4',
  '::/128',
  'fe80::/10',
  'fd00:ec2::/32',
  'ff00::/8',
])

/** Loopback, private networks, and the ranges that carry an IPv4 address inside an IPv6 one. */
const inside = listOf([
  '10.0.0.0/8',
  '100.64.0.0/10',
  '127.0.0.0/8',
  '172.16.0.0/12',
  '192.168.0.0/16',
  '198.18.0.0/15',
  '::1/128',
  '::/96',
  '::ffff:0:0:0/96',
  '64:ff9b::/96',
  '64:ff9b:1::/48',
  '2001::/32',
  '2002::/16',
  'fc00::/7',
  'fec0::/10',
])

/** Judges one IP address, and the IPv4 address that it may carry; the machine's own addresses are private, whatever their range. */
export function kindOf(address: string): AddressKind {
  const forms = [address, embeddedIn(address) ?? address]
  if (forms.some((form) => isIn(sensitive, form))) return 'sensitive'
  return forms.some((form) => isIn(inside, form) || isOwn(form)) ? 'private' : 'public'
}

/** Does the address lead back to this machine? */
export function isOwn(address: string): boolean {
  const plain = embeddedIn(address) ?? address
  if (address === '::1' || plain.startsWith('127.')) return true
  return Object.values(networkInterfaces()).some((addresses) => addresses?.some((own) => own.address === plain))
}

function isIn(list: BlockList, address: string): boolean {
  return list.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4')
}

function listOf(ranges: readonly string[]): BlockList {
  const list = new BlockList()
  for (const range of ranges) {
    const [address = '', bits] = range.split('/')
    list.addSubnet(address, Number(bits), isIP(address) === 6 ? 'ipv6' : 'ipv4')
  }
  return list
}
