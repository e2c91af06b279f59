import type { Bag } from './bag-folder.ts'
import { ATTESTATION, TAG_FILES, isPayloadPath, unsignedTagFiles } from './bag.ts'
import { checked } from './check.ts'
import type { Check, Problem } from './check.ts'
import { attestationFile } from './dsse.ts'
import type { Envelope } from './dsse.ts'
import { parseCanonical } from './parse-canonical.ts'

/** The bundle holds the files of a bundle, plain ones, and nothing beside them. */
export function checkForm({ files, odd }: Bag): Check[] {
  const absent = TAG_FILES.filter((path) => !files.has(path))
  const others = [...files.keys()].filter((path) => !TAG_FILES.some((tag) => tag === path))
  return checked('form', 'a bundle of plain files', [
    ...odd.map(({ path, why }): Problem => ({
      code: why === 'too large' ? 'EV0103' : 'EV0102',
      text: `${path} is ${why}`,
    })),
    ...absent.map((path): Problem => ({ code: 'EV0101', text: `${path} is absent` })),
    ...others.filter((path) => !isPayloadPath(path)).map((path) => misplaced(path)),
  ])
}

function misplaced(path: string): Problem {
  if (path.startsWith('data/')) return { code: 'EV0102', text: `${JSON.stringify(path)} is no name of a bundle’s file` }
  return { code: 'EV0105', text: `${JSON.stringify(path)} is no part of a bundle` }
}

/** The files under `data/`. */
export function payloadOf({ files }: Bag): Map<string, Buffer> {
  return new Map([...files].filter(([path]) => path.startsWith('data/')))
}

/** Every JSON file is written in the one way that JSON can be written here (EV-02), whoever signed it. */
export function checkJson(payload: ReadonlyMap<string, Buffer>): Check[] {
  const json = [...payload].filter(([path]) => path.endsWith('.json'))
  const problems = json.flatMap(([path, bytes]): Problem[] => {
    const text = notCanonical(bytes, path)
    return text === undefined ? [] : [{ code: 'EV0106', text }]
  })
  return checked('form', `${json.length} files of canonical JSON`, problems)
}

function notCanonical(bytes: Buffer, path: string): string | undefined {
  try {
    parseCanonical(bytes, path)
    return undefined
  } catch (error) {
    return error instanceof Error ? error.message : `${path} cannot be read`
  }
}

/** What a bundle's unsigned files follow from. */
export interface Sealed {
  readonly runId: string
  readonly finishedOn: string
  readonly envelope: Envelope
  readonly keyid: string
}

/** Every file that nothing signs is, byte for byte, what follows from the signed ones (G28). */
export function checkUnsigned(bag: Bag, sealed: Sealed): Check[] {
  const derived = new Map([
    ...unsignedTagFiles(payloadOf(bag), sealed),
    [ATTESTATION, attestationFile(sealed.envelope, sealed.keyid)] as const,
  ])
  const edited = [...derived].filter(([path, bytes]) => bag.files.get(path)?.equals(bytes) === false)
  const problems = edited.map(([path]): Problem => ({
    code: 'EV0104',
    text: `${path} is not what follows from the signed files`,
  }))
  return checked('unsigned', 'unsigned files follow from the signed ones', problems)
}
