import { stripVTControlCharacters } from 'node:util'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { fold } from '../../engine/cli/fold.ts'
import { widthOf } from '../../engine/diagnostics/width.ts'

describe('a line that is wider than the terminal', () => {
  test('is folded at spaces, below the place where its words begin', () => {
    expect(fold('  observed  the schema of the database is not what it was at the decision', 40)).toEqual([
      '  observed  the schema of the database',
      '            is not what it was at the',
      '            decision',
    ])
    expect(fold('    the previous version serves; a second rollback is a decision', 40)).toEqual([
      '    the previous version serves; a',
      '        second rollback is a decision',
    ])
  })

  test('is left alone where it fits, and where it is a command that somebody may copy', () => {
    const command = '  next      runproof resume bad-deploy-20261121T131819Z-68cc02db --reason "…"'
    expect(fold('short', 60)).toEqual(['short'])
    expect(fold(command, 60)).toEqual([command])
    expect(fold('', 60)).toEqual([''])
  })

  test('keeps a word that is wider than all of it whole, and colours count nothing', () => {
    const digest = `sha256:${'0'.repeat(64)}`
    expect(fold(`digest ${digest}`, 60)).toEqual(['digest', `    ${digest}`])
    expect(fold(`\u001b[32m${'ok '.repeat(19)}ok\u001b[39m`, 60)).toHaveLength(1)
  })

  test('loses no word, ends, and is no wider than the terminal but for words that are', () => {
    const words = fc.array(fc.stringMatching(/^[a-z漢]{1,30}$/), { minLength: 1, maxLength: 30 })
    fc.assert(
      fc.property(words, fc.nat(20), fc.integer({ min: 60, max: 120 }), (said, indent, columns) => {
        const line = `${' '.repeat(indent)}${said.join(' ')}`
        const lines = fold(line, columns)
        expect(lines.join(' ').split(/ +/).filter(Boolean)).toEqual(said)
        for (const one of lines.filter((text) => text.trim().includes(' ')))
          expect(widthOf(stripVTControlCharacters(one))).toBeLessThanOrEqual(columns)
      }),
    )
  })
})
