import type { AllowedSigner, AllowedSigners } from './allowed-signers.ts'

/** Whose key it is, or why nobody's. */
export type Signer = { readonly principal: string } | { readonly nobody: string }

/** The one person whose key this is, for a namespace and a time. A key under two names is nobody's: people are counted by name. */
export function signerOf(
  { signers }: AllowedSigners,
  { blob, fingerprint }: { readonly blob: Buffer; readonly fingerprint: string },
  { namespace, at }: { readonly namespace: string; readonly at: Date },
): Signer {
  const own = signers.filter((signer) => signer.blob.equals(blob) && isFor(signer, namespace))
  const [principal, ...others] = new Set(own.map((signer) => signer.principal))
  if (principal === undefined) return { nobody: `the key ${fingerprint} is not in allowed_signers` }
  if (others.length > 0)
    return { nobody: `the key ${fingerprint} stands under ${[principal, ...others].join(' and ')}` }
  if (own.some((signer) => isValid(signer, at))) return { principal }
  return { nobody: `the key ${fingerprint} of ${principal} is not valid at this time` }
}

/** A pattern list of OpenSSH: one must match, and none that is negated. */
function isFor({ namespaces }: AllowedSigner, namespace: string): boolean {
  if (namespaces === undefined) return true
  const negated = namespaces.filter((pattern) => pattern.startsWith('!'))
  if (negated.some((pattern) => matches(pattern.slice(1), namespace))) return false
  return namespaces.some((pattern) => matches(pattern, namespace))
}

function matches(pattern: string, text: string): boolean {
  const escaped = pattern.replace(/[.+^${}()|[\]\\]/g, '\\$&')
  return new RegExp(`^${escaped.replace(/\*+/g, '.*').replaceAll('?', '.')}$`).test(text)
}

function isValid({ validAfter, validBefore }: AllowedSigner, at: Date): boolean {
  return (validAfter === undefined || at >= validAfter) && (validBefore === undefined || at <= validBefore)
}
