import { spawn } from 'node:child_process'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'

interface Message {
  readonly id?: number
  readonly method?: string
  readonly params?: unknown
  readonly result?: unknown
}

/** What an editor hears about a file. */
export interface Finding {
  readonly message: string
  readonly range: { readonly start: { readonly line: number } }
}

/** The yaml-language-server, spoken to as an editor does: JSON-RPC over its standard streams. */
export class LanguageServer {
  readonly #process
  readonly #waiting = new Map<number | string, (message: Message) => void>()
  #rest = Buffer.alloc(0)
  #next = 1

  constructor() {
    const home = dirname(createRequire(import.meta.url).resolve('yaml-language-server/package.json'))
    const bin = join(home, 'bin', 'yaml-language-server')
    this.#process = spawn(process.execPath, [bin, '--stdio'], { stdio: ['pipe', 'pipe', 'inherit'] })
    this.#process.stdout.on('data', (bytes: Buffer) => this.#read(bytes))
  }

  /** Opens the server for a folder. */
  async start(rootUri: string): Promise<void> {
    await this.#ask('initialize', { processId: process.pid, rootUri, capabilities: {} })
    this.#tell('initialized', {})
    const settings = { yaml: { validate: true, completion: true, schemaStore: { enable: false } } }
    this.#tell('workspace/didChangeConfiguration', { settings })
  }

  /** Opens a file with this text, and answers with what the server finds in it. */
  async findings(uri: string, text: string): Promise<readonly Finding[]> {
    const found = new Promise<Message>((resolve) => this.#waiting.set(`findings ${uri}`, resolve))
    this.#tell('textDocument/didOpen', { textDocument: { uri, languageId: 'yaml', version: 1, text } })
    return ((await found).params as { diagnostics: readonly Finding[] }).diagnostics
  }

  /** What the server offers at a place of an open file. */
  async completions(uri: string, position: { line: number; character: number }): Promise<readonly string[]> {
    const { result } = await this.#ask('textDocument/completion', { textDocument: { uri }, position })
    return (result as { items: readonly { label: string }[] }).items.map(({ label }) => label)
  }

  async stop(): Promise<void> {
    const ended = new Promise((resolve) => this.#process.once('exit', resolve))
    await this.#ask('shutdown', null)
    this.#tell('exit', null)
    await ended
  }

  async #ask(method: string, params: unknown): Promise<Message> {
    const id = this.#next++
    const answer = new Promise<Message>((resolve) => this.#waiting.set(id, resolve))
    this.#send({ id, method, params })
    return answer
  }

  #tell(method: string, params: unknown): void {
    this.#send({ method, params })
  }

  #send(message: Message): void {
    const body = JSON.stringify({ jsonrpc: '2.0', ...message })
    this.#process.stdin.write(`Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`)
  }

  #read(bytes: Buffer): void {
    this.#rest = Buffer.concat([this.#rest, bytes])
    for (;;) {
      const header = this.#rest.indexOf('\r\n\r\n')
      const length = Number(/Content-Length: (\d+)/.exec(this.#rest.subarray(0, header).toString())?.[1])
      if (header < 0 || this.#rest.length < header + 4 + length) return
      this.#hear(JSON.parse(this.#rest.subarray(header + 4, header + 4 + length).toString()) as Message)
      this.#rest = this.#rest.subarray(header + 4 + length)
    }
  }

  #hear(message: Message): void {
    const { id, method, params } = message
    // What the server asks of an editor is answered with nothing: it then does as if nothing were set.
    if (id !== undefined && method !== undefined) return this.#send({ id, result: null })
    const uri = method === 'textDocument/publishDiagnostics' ? (params as { uri: string }).uri : ''
    const key = id ?? `findings ${uri}`
    this.#waiting.get(key)?.(message)
    this.#waiting.delete(key)
  }
}
