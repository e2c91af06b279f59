import { describe, expect, test } from 'vitest'
import { bytesOf, cut, isInPieces } from '../../engine/core/pieces.ts'
import type { Completed } from '../../engine/core/run.ts'
import {
  IN_PIECES_VERSION,
  UnknownSnapshot,
  freeze,
  inPieces,
  isKept,
  knownSnapshot,
  lighten,
  oneOf,
  thaw,
} from '../../engine/core/snapshot.ts'
import type { AttestedFact, Grounds } from '../../schemas/run.ts'

const MOST = 300_000

describe('a text that is cut', () => {
  test.each([
    ['nothing', ''],
    ['one piece', 'a'.repeat(MOST)],
    ['two pieces', 'a'.repeat(MOST + 1)],
    ['characters of two halves, at every cut', `a${'😀'.repeat(MOST)}`],
  ])('is the same again when its pieces are put together: %s', (_what, text) => {
    const pieces = cut(text)
    expect(pieces.join('') === text).toBe(true)
    expect(pieces.every((piece) => piece.isWellFormed() && piece.length <= MOST && piece !== '')).toBe(true)
  })

  test.each(['', 'plain', 'ü', '€', '😀', 'a😀b€'])('%j has as many bytes as UTF-8 says', (text) => {
    expect(bytesOf(text)).toBe(new TextEncoder().encode(text).length)
  })
})

describe('a snapshot in pieces', () => {
  test('is known as such', () => {
    const snapshot = inPieces(['sha256:1'])
    expect(knownSnapshot(snapshot)).toBe(snapshot)
    expect(isInPieces(snapshot)).toBe(true)
  })

  test.each([{}, { pieces: 'sha256:1' }, { pieces: [1] }])('is not known where it does not name them: %j', (rest) => {
    expect(() => knownSnapshot({ version: IN_PIECES_VERSION, ...rest })).toThrow(UnknownSnapshot)
  })
})

describe('completed steps without their grounds', () => {
  const fact = (name: string) => ({ record: { fact: name }, activity: name, keyid: '', signature: '' })
  const grounds = (name: string): Grounds => {
    const facts = { [name]: fact(name) as unknown as AttestedFact }
    return { facts, decisions: { judge: facts }, votes: [] }
  }
  const completed: Completed[] = [
    { step: 'a', leaves: 'it stays', now: 'stands' },
    { step: 'b', undo: { action: 'x', input: { to: 1 }, grounds: grounds('owner') }, now: 'stands' },
    { step: 'c', undo: { unknown: 'nobody knows' }, now: 'undone' },
    { step: 'd', undo: { action: 'x', input: {}, grounds: grounds('edges') }, now: 'stands' },
  ]
  const values = freeze(completed)

  test('say what was done and how it is taken back, and where the grounds are', () => {
    const light = thaw(lighten(values, 3))
    expect(light.map(({ step, now, leaves }) => [step, now, leaves])).toEqual(
      completed.map(({ step, now, leaves }) => [step, now, leaves]),
    )
    expect(light[1]?.undo).toMatchObject({ action: 'x', input: { to: 1 }, grounds: { kept: { number: 3, at: 1 } } })
    expect(light[2]?.undo).toEqual({ unknown: 'nobody knows' })
    expect(JSON.stringify(lighten(values, 3))).not.toContain('owner')
  })

  test('still say so in a later execution that keeps them again', () => {
    const [, later] = thaw(lighten(freeze(thaw(lighten(values, 3))), 4))
    if (later?.undo === undefined || 'unknown' in later.undo) throw new Error('the undo is lost')
    expect(isKept(later.undo.grounds) && later.undo.grounds.kept).toEqual({ number: 3, at: 1 })
  })

  test('one of them is had with its grounds, and with no others', () => {
    expect(thaw(oneOf(values, 3))).toEqual([completed[3]])
    expect(JSON.stringify(oneOf(values, 3))).not.toContain('owner')
  })
})
