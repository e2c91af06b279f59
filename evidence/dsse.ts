import { ATTESTATION_TYPE, attestationSchema } from '../schemas/bundle.ts'
import { canonical } from '../schemas/canonical.ts'
import type { Signer } from './keys.ts'

/** The one type of payload that we sign and accept. */
export const PAYLOAD_TYPE = 'application/vnd.in-toto+json'

/** A Statement is small: what is larger is read by nobody, since nothing has signed it yet. */
const LARGEST = 65_536

/** What an attestation file carries. */
export interface Envelope {
  readonly payloadType: string
  readonly payload: Buffer
  readonly signature: Buffer
}

/** DSSE's pre-authentication encoding: the bytes that are signed. */
export function pae(payloadType: string, payload: Uint8Array): Buffer {
  const head = `DSSEv1 ${Buffer.byteLength(payloadType)} ${payloadType} ${payload.length} `
  return Buffer.concat([Buffer.from(head, 'utf8'), payload])
}

/** Signs a Statement, and answers with the attestation file: a Sigstore bundle v0.3 that names its key by a hint. */
export async function attest(signer: Signer, payload: Buffer): Promise<Buffer> {
  const signature = await signer.sign(pae(PAYLOAD_TYPE, payload))
  return attestationFile({ payloadType: PAYLOAD_TYPE, payload, signature }, signer.keyid)
}

/** The one form in which an attestation is written; a verifier writes it again, since nothing signs what is around the payload. */
export function attestationFile({ payloadType, payload, signature }: Envelope, keyid: string): Buffer {
  const signatures = [{ keyid, sig: signature.toString('base64') }]
  return Buffer.from(
    canonical({
      mediaType: ATTESTATION_TYPE,
      verificationMaterial: { publicKey: { hint: keyid } },
      dsseEnvelope: { payload: payload.toString('base64'), payloadType, signatures },
    }),
  )
}

/** Opens an attestation file without believing it; undefined where it is none. */
export function openAttestation(file: Buffer): Envelope | undefined {
  const { data } = attestationSchema.safeParse(file.length > LARGEST ? undefined : jsonOrNothing(file))
  const [signature] = data?.dsseEnvelope.signatures ?? []
  if (data === undefined || signature === undefined) return undefined
  const { payload, payloadType } = data.dsseEnvelope
  return { payloadType, payload: Buffer.from(payload, 'base64'), signature: Buffer.from(signature.sig, 'base64') }
}

function jsonOrNothing(file: Buffer): unknown {
  try {
    return JSON.parse(file.toString('utf8'))
  } catch {
    return undefined
  }
}
