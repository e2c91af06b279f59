import { readdir, readFile } from 'node:fs/promises'
import { basename, join, relative, resolve, sep } from 'node:path'
import { digestOfBytes } from './digest.ts'
import type { CatalogueSources, Source } from './source.ts'

/** Reads every `.yaml` file below a folder: the only file access of the language. */
export async function readCatalogue(
  dir: string,
  { overlays = [] }: { readonly overlays?: readonly string[] } = {},
): Promise<CatalogueSources> {
  const root = resolve(dir)
  const entries = await readdir(root, { recursive: true, withFileTypes: true })
  const paths = entries
    .filter((entry) => entry.isFile() && entry.name.endsWith('.yaml'))
    .map((entry) => join(entry.parentPath, entry.name))
  const files = await Promise.all(
    paths.map(async (path) => readSource(path, [basename(root), ...relative(root, path).split(sep)].join('/'))),
  )
  return {
    files: files.sort((a, b) => (a.file < b.file ? -1 : 1)),
    overlays: await Promise.all(overlays.map(async (path) => readSource(path, basename(path)))),
  }
}

async function readSource(path: string, file: string): Promise<Source> {
  return sourceOf(file, await readFile(path))
}

/** A source from bytes; bytes that are not UTF-8 are noted, not thrown. */
export function sourceOf(file: string, bytes: Uint8Array): Source {
  const digest = digestOfBytes(bytes)
  try {
    return { file, text: new TextDecoder('utf-8', { fatal: true }).decode(bytes), digest }
  } catch {
    return { file, text: new TextDecoder('utf-8').decode(bytes), digest, encoding: 'broken' }
  }
}
