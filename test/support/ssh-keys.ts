import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { execa } from 'execa'

/** A person with a real SSH key, made and used by OpenSSH itself. */
export interface Person {
  readonly name: string
  /** The private key's file; the public one lies beside it. */
  readonly key: string
  /** The person's line of `allowed_signers`. */
  readonly line: string
  sign(bytes: Uint8Array, namespace?: string): Promise<string>
}

/** Makes people with keys in a folder of their own. */
export class People {
  readonly folder: string

  private constructor(folder: string) {
    this.folder = folder
  }

  static async open(): Promise<People> {
    return new People(await mkdtemp(join(tmpdir(), 'runproof-people-')))
  }

  async close(): Promise<void> {
    await rm(this.folder, { recursive: true, force: true })
  }

  async person(name: string, type: readonly string[] = ['ed25519'], options = ''): Promise<Person> {
    const key = join(this.folder, `${name.replaceAll(/[^a-z0-9]/gi, '-')}-${type.join('-')}`)
    await execa('ssh-keygen', ['-q', '-t', ...type, '-N', '', '-C', name, '-f', key])
    const line = `${name} ${options === '' ? '' : `${options} `}${(await readFile(`${key}.pub`, 'utf8')).trim()}`
    return { name, key, line, sign: async (bytes, namespace = 'runproof-vote') => this.#sign(key, bytes, namespace) }
  }

  async #sign(key: string, bytes: Uint8Array, namespace: string): Promise<string> {
    const file = join(await mkdtemp(join(this.folder, 'sign-')), 'message')
    await writeFile(file, bytes)
    await execa('ssh-keygen', ['-q', '-Y', 'sign', '-n', namespace, '-f', key, file])
    return readFile(`${file}.sig`, 'utf8')
  }
}
