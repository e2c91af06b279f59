import type { Bag } from './bag-folder.ts'
import { ATTESTATION } from './bag.ts'
import { checked } from './check.ts'
import type { Check } from './check.ts'
import { PAYLOAD_TYPE, openAttestation, pae } from './dsse.ts'
import type { Envelope } from './dsse.ts'
import { publicKeyOf } from './keys.ts'
import type { PublicKey } from './keys.ts'
import type { Trust } from './trust.ts'

/** The signed bytes, and the key under which the signature holds. */
export interface Signed {
  readonly envelope: Envelope
  readonly key: PublicKey
}

/**
 * Checks the envelope's signature. The key that a bundle brings along can tell that the bundle is whole; it can never tell
 * whose it is. The key id is a hint, and decides nothing.
 */
export function checkSignature(
  bag: Bag,
  trust: Trust | undefined,
): { readonly checks: Check[]; readonly signed?: Signed } {
  const envelope = openAttestation(bag.files.get(ATTESTATION) ?? Buffer.alloc(0))
  if (envelope === undefined) return failed('EV0201', `${ATTESTATION} is no Sigstore bundle v0.3 with one signature`)
  if (envelope.payloadType !== PAYLOAD_TYPE)
    return failed('EV0201', `the payload type is ${JSON.stringify(envelope.payloadType)}`)
  const holds = (key: PublicKey | undefined) =>
    key?.verify(pae(envelope.payloadType, envelope.payload), envelope.signature) === true
  const trusted = trust?.sealing.find(holds)
  if (trusted !== undefined) {
    return { checks: checked('signature', `Ed25519 by ${trusted.keyid}`, []), signed: { envelope, key: trusted } }
  }
  const own = broughtAlong(bag, 'data/keys/sealing.pem')
  if (own === undefined || !holds(own)) return failed('EV0202', 'the signature does not hold')
  const stranger =
    trust === undefined
      ? failed('EV0203', unknownSigner(own))
      : failed('EV0204', `signed by ${own.keyid}, which is not trusted`)
  return { ...stranger, signed: { envelope, key: own } }
}

/** A key that the bundle itself brings along; undefined where it holds none. */
export function broughtAlong(bag: Bag, path: string): PublicKey | undefined {
  try {
    return publicKeyOf(bag.files.get(path)?.toString('utf8') ?? '', path)
  } catch {
    return undefined
  }
}

function unknownSigner({ keyid }: PublicKey): string {
  return `signature valid, signer unknown (${keyid})`
}

function failed(code: 'EV0201' | 'EV0202' | 'EV0203' | 'EV0204', text: string): { checks: Check[] } {
  return { checks: checked('signature', '', [{ code, text }]) }
}
