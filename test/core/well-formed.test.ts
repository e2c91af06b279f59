import { expect, test } from 'vitest'
import { wellFormed } from '../../engine/core/well-formed.ts'
import { canonical } from '../../schemas/canonical.ts'

test('what can be recorded stays the very same value', () => {
  const value = { a: ['😀', 1, null, { b: 'ü' }], c: true }
  expect(wellFormed(value)).toBe(value)
  expect(wellFormed(undefined)).toBeUndefined()
})

test('half a character is replaced wherever it stands, and all else stays', () => {
  const value = { 'a\ud800': ['\udc00😀', { b: 'x\ud83d' }], c: 1, d: null, e: [] }
  const mended = wellFormed(value)
  expect(mended).toEqual({ 'a\ufffd': ['\ufffd😀', { b: 'x\ufffd' }], c: 1, d: null, e: [] })
  expect(() => canonical(value)).toThrow()
  expect(() => canonical(mended)).not.toThrow()
})

test('a name that objects have by themselves stays a name like any other', () => {
  const value = JSON.parse('{"__proto__": {"x": "\\ud800"}}') as object
  expect(JSON.stringify(wellFormed(value))).toBe('{"__proto__":{"x":"\ufffd"}}')
})
