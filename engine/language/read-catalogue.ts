import { readdir, stat } from 'node:fs/promises'
import { basename, join, relative, resolve, sep } from 'node:path'
import { readSource, Unreadable } from './read-source.ts'
import type { CatalogueSources } from './source.ts'

export { sourceOf } from './read-source.ts'

/**
 * Reads every `.yaml` file below a folder: the only file access of the language. What has such a name and cannot be read is an
 * error, and so is a link to a folder: a rule that lies there must not be missing without a word. Hidden names are no part of it.
 */
export async function readCatalogue(
  dir: string,
  { overlays = [] }: { readonly overlays?: readonly string[] } = {},
): Promise<CatalogueSources> {
  const root = resolve(dir)
  const entries = await entriesBelow(root)
  const seen = entries.filter((entry) => !isHidden(relative(root, pathOf(entry))))
  await refuseLinkedFolders(seen)
  const paths = seen.filter((entry) => entry.name.endsWith('.yaml') && !entry.isDirectory()).map(pathOf)
  const files = await Promise.all(
    paths.map(async (path) => readSource(path, [basename(root), ...relative(root, path).split(sep)].join('/'))),
  )
  return {
    files: files.sort((a, b) => (a.file < b.file ? -1 : 1)),
    overlays: await Promise.all(overlays.map(async (path) => readSource(path, basename(path)))),
  }
}

async function entriesBelow(root: string) {
  return readdir(root, { recursive: true, withFileTypes: true })
}

type Entry = Awaited<ReturnType<typeof entriesBelow>>[number]

function pathOf({ parentPath, name }: Entry): string {
  return join(parentPath, name)
}

/** Editors leave hidden files beside those that are open, and a mounted volume keeps its versions in hidden folders. */
function isHidden(path: string): boolean {
  return path.split(sep).some((part) => part.startsWith('.'))
}

/** They are not entered: what they lead to may be anything, and may lead back. */
async function refuseLinkedFolders(entries: readonly Entry[]): Promise<void> {
  for (const link of entries.filter((entry) => entry.isSymbolicLink()).map(pathOf)) {
    const status = await stat(link).catch(() => undefined)
    if (status?.isDirectory() === true) throw new Unreadable(link, 'a link to a folder, which is not followed')
  }
}
