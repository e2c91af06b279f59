import { sha256 } from './digest.ts'

/** The files of a BagIt bag (RFC 8493) that are not payload: each follows from the payload, or is signed. */

export const MANIFEST = 'manifest-sha256.txt'
export const ATTESTATION = 'attestation.sigstore.json'

/** Every file that a bundle holds outside `data/`. */
export const TAG_FILES = ['bagit.txt', 'bag-info.txt', MANIFEST, ATTESTATION] as const

/** A path that payload may have: two platforms, two tools and a shell read it the same way. */
const PAYLOAD_PATH = /^data(\/[A-Za-z0-9][A-Za-z0-9._#@-]*)+$/

/** Whether a payload file may have this path. */
export function isPayloadPath(path: string): boolean {
  return PAYLOAD_PATH.test(path) && path.length <= 400
}

/** The manifest: one line for each payload file, sorted; what the Statement signs. */
export function manifestOf(payload: ReadonlyMap<string, Buffer>): Buffer {
  const paths = [...payload.keys()].sort()
  return Buffer.from(paths.map((path) => `${sha256(payload.get(path) ?? '')}  ${path}\n`).join(''))
}

/** As many lines as a bundle may have files, each as long as it may be. */
const LARGEST_MANIFEST = 20_000 * 500

/** The digests of a manifest by path; undefined where it is not written as `manifestOf` writes. */
export function parseManifest(manifest: Buffer): Map<string, string> | undefined {
  if (manifest.length > LARGEST_MANIFEST) return undefined
  const lines = manifest.toString('utf8').split('\n')
  if (lines.pop() !== '') return undefined
  const entries = lines.map((line) => /^([0-9a-f]{64}) {2}(\S+)$/.exec(line))
  const listed = new Map<string, string>()
  for (const entry of entries) {
    const [, digest = '', path = ''] = entry ?? []
    if (!isPayloadPath(path) || listed.has(path)) return undefined
    listed.set(path, digest)
  }
  return listed
}

/** The two tag files that nothing signs: a verifier writes them again and compares. */
export function unsignedTagFiles(
  payload: ReadonlyMap<string, Buffer>,
  { runId, finishedOn }: { readonly runId: string; readonly finishedOn: string },
): ReadonlyMap<string, Buffer> {
  const size = [...payload.values()].reduce((sum, bytes) => sum + bytes.length, 0)
  const info = [
    `External-Identifier: ${runId}`,
    `Bagging-Date: ${finishedOn.slice(0, 10)}`,
    `Payload-Oxum: ${size}.${payload.size}`,
    '',
  ]
  return new Map([
    ['bagit.txt', Buffer.from('BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n')],
    ['bag-info.txt', Buffer.from(info.join('\n'))],
  ])
}
