import { constants } from 'node:fs'
import { access, stat } from 'node:fs/promises'
import { delimiter, isAbsolute, join } from 'node:path'
import { execa } from 'execa'
import { bareEnvironment } from './environment.ts'

/** The first executable of this name on PATH; entries of PATH that are not absolute do not count. */
export async function findOnPath(name: string, env: NodeJS.ProcessEnv): Promise<string | undefined> {
  for (const folder of (env['PATH'] ?? '').split(delimiter).filter(isAbsolute)) {
    const file = join(folder, name)
    if (await isExecutable(file)) return file
  }
  return undefined
}

/** Is there a file that may be executed? */
export async function isExecutable(file: string): Promise<boolean> {
  try {
    await access(file, constants.X_OK)
    return (await stat(file)).isFile()
  } catch {
    return false
  }
}

/** What the program prints for `--version`, or why it does not run. */
export async function versionText(file: string): Promise<{ readonly text: string } | { readonly because: string }> {
  const result = await execa(file, ['--version'], {
    extendEnv: false,
    env: bareEnvironment(),
    stdin: 'ignore',
    reject: false,
    timeout: 20_000,
  })
  if (result.failed) return { because: `\`${file} --version\` fails: ${result.stderr || result.shortMessage}` }
  return { text: result.stdout }
}
