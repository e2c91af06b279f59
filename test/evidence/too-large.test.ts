import { describe, expect, test } from 'vitest'
import { LIMITS } from '../../evidence/bag-folder.ts'
import { tooLarge } from '../../evidence/too-large.ts'

const of = (...lengths: number[]) => new Map(lengths.map((length, at) => [`data/${at}.json`, { length }]))

describe('a bundle that no verifier would read is not sealed', () => {
  test('where one file is too large', () => {
    expect(tooLarge(of(1, LIMITS.fileBytes))).toBeUndefined()
    expect(tooLarge(of(1, LIMITS.fileBytes + 1))).toBe(
      'data/1.json would have 129 MiB, and no verifier reads more than 128 MiB of a file',
    )
  })

  test('where all of it is', () => {
    const part = LIMITS.fileBytes
    expect(tooLarge(of(part, part, part, part))).toBeUndefined()
    expect(tooLarge(of(part, part, part, part, 1))).toBe(
      'its bundle would have 513 MiB, and no verifier reads more than 512 MiB',
    )
  })

  test('where it has too many files', () => {
    const files = (count: number) => of(...Array.from({ length: count }, () => 1))
    expect(tooLarge(files(LIMITS.files - 10))).toBeUndefined()
    expect(tooLarge(files(LIMITS.files))).toBe(
      'its bundle would have 20000 files, and no verifier reads more than 19990',
    )
  })

  test('and one without any file is none of these', () => {
    expect(tooLarge(new Map())).toBeUndefined()
  })
})
