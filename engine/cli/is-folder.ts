import { statSync } from 'node:fs'

/** Whether there is a folder of this name; whatever keeps somebody from seeing one, such as a name that is too long, says no. */
export function isFolder(path: string): boolean {
  try {
    return statSync(path).isDirectory()
  } catch {
    return false
  }
}
