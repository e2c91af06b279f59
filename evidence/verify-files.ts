import type { Bag } from './bag-folder.ts'
import { MANIFEST, parseManifest } from './bag.ts'
import { checked } from './check.ts'
import type { Check, Problem } from './check.ts'
import { sha256 } from './digest.ts'
import { payloadOf } from './verify-form.ts'

/** The manifest is the signed one, and the payload is what it lists: every file, unchanged, and no other. */
export function checkFiles(bag: Bag, subject: string | undefined): Check[] {
  const manifest = bag.files.get(MANIFEST) ?? Buffer.alloc(0)
  const listed = parseManifest(manifest)
  const payload = payloadOf(bag)
  const signed = subject === undefined || sha256(manifest) === subject
  return checked('files', `${payload.size} files, as sealed`, [
    ...(signed ? [] : [problem('EV0301', `${MANIFEST} is not the one that was signed`)]),
    ...(listed === undefined ? [problem('EV0305', `${MANIFEST} cannot be read`)] : compare(listed, payload)),
  ])
}

function compare(listed: ReadonlyMap<string, string>, payload: ReadonlyMap<string, Buffer>): Problem[] {
  const absentOrChanged = [...listed].flatMap(([path, digest]) => {
    const bytes = payload.get(path)
    if (bytes === undefined) return [problem('EV0302', `${path} is absent`)]
    return sha256(bytes) === digest ? [] : [problem('EV0303', `${path} is not as it was sealed`)]
  })
  const extra = [...payload.keys()].filter((path) => !listed.has(path))
  return [
    ...absentOrChanged,
    ...extra.map((path) => problem('EV0304', `${JSON.stringify(path)} is not in the manifest`)),
  ]
}

function problem(code: Problem['code'], text: string): Problem {
  return { code, text }
}
