import { LIMITS } from './bag-folder.ts'

/** Files of a bundle beside its payload: manifests, tags and the attestation. */
const BESIDE = 10

/** Why no verifier would read a bundle with these files, if none would. */
export function tooLarge(payload: ReadonlyMap<string, { readonly length: number }>): string | undefined {
  const [path, { length }] = [...payload].sort(([, one], [, other]) => other.length - one.length)[0] ?? [
    '',
    { length: 0 },
  ]
  const all = [...payload.values()].reduce((sum, file) => sum + file.length, 0)
  const mostFiles = LIMITS.files - BESIDE
  if (length > LIMITS.fileBytes)
    return `${path} would have ${megabytes(length)}, and no verifier reads more than ${megabytes(LIMITS.fileBytes)} of a file`
  if (all > LIMITS.allBytes)
    return `its bundle would have ${megabytes(all)}, and no verifier reads more than ${megabytes(LIMITS.allBytes)}`
  if (payload.size > mostFiles)
    return `its bundle would have ${payload.size} files, and no verifier reads more than ${mostFiles}`
  return undefined
}

function megabytes(bytes: number): string {
  return `${Math.ceil(bytes / 2 ** 20)} MiB`
}
