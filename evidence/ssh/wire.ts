/** Reads the parts of a structure as SSH writes it (RFC 4251), from the first to the last; throws where one is cut short. */
export class WireReader {
  readonly #bytes: Buffer
  #at = 0

  constructor(bytes: Buffer) {
    this.#bytes = bytes
  }

  take(length: number): Buffer {
    const end = this.#at + length
    if (end > this.#bytes.length) throw new TypeError('an SSH structure is cut short')
    const part = this.#bytes.subarray(this.#at, end)
    this.#at = end
    return part
  }

  uint32(): number {
    return this.take(4).readUInt32BE()
  }

  string(): Buffer {
    return this.take(this.uint32())
  }

  text(): string {
    return this.string().toString('latin1')
  }

  /** A positive integer, without the zeros that lead it: one keeps its sign, and OpenSSH takes more. */
  integer(): Buffer {
    const bytes = this.string()
    if ((bytes[0] ?? 0) >= 0x80) throw new TypeError('an integer is negative')
    const first = bytes.findIndex((byte) => byte !== 0)
    return first < 0 ? Buffer.alloc(0) : bytes.subarray(first)
  }

  /** Nothing may follow: what is signed or named has one way to be written. */
  end(): void {
    if (this.#at !== this.#bytes.length) throw new TypeError('an SSH structure holds more than it should')
  }
}

/** A string as SSH writes it: its length, and its bytes. */
export function wireString(value: string | Uint8Array): Buffer {
  const bytes = typeof value === 'string' ? Buffer.from(value, 'latin1') : value
  const length = Buffer.alloc(4)
  length.writeUInt32BE(bytes.length)
  return Buffer.concat([length, bytes])
}
