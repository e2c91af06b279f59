import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { pae } from '../../evidence/dsse.ts'
import { parseCanonical } from '../../evidence/parse-canonical.ts'
import { readSteps, writeSteps } from '../../evidence/steps.ts'
import { canonical } from '../../schemas/canonical.ts'
import type { RunEntry } from '../../schemas/run.ts'

const json = fc.jsonValue({ stringUnit: 'binary' })

describe('canonical JSON', () => {
  test('is that of the sample in RFC 8785, section 3.2.2', () => {
    const sample = {
      numbers: [333333333.33333329, 1e30, 4.5, 2e-3, 0.000000000000000000000000001],
      string: '\u20ac$\u000F\u000aA\'\u0042\u0022\u005c\\"/',
      literals: [null, true, false],
    }
    expect(canonical(sample)).toBe(
      '{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],"string":"€$\\u000f\\nA\'B\\"\\\\\\\\\\"/"}',
    )
  })

  test('sorts members as the sample in RFC 8785, section 3.2.3', () => {
    const sample = {
      '\u20ac': 'Euro Sign',
      '\r': 'Carriage Return',
      '\ufb33': 'Hebrew Letter Dalet With Dagesh',
      '1': 'One',
      '\ud83d\ude00': 'Emoji: Grinning Face',
      '\u0080': 'Control',
      '\u00f6': 'Latin Small Letter O With Diaeresis',
    }
    expect(Object.values(JSON.parse(canonical(sample)) as object)).toHaveLength(7)
    expect([...canonical(sample).matchAll(/:"([^"]+)"/g)].map(([, name]) => name)).toEqual([
      'Carriage Return',
      'One',
      'Control',
      'Latin Small Letter O With Diaeresis',
      'Euro Sign',
      'Emoji: Grinning Face',
      'Hebrew Letter Dalet With Dagesh',
    ])
  })

  test('says the same as what it was made from, and is its own canonical form', () => {
    fc.assert(
      fc.property(json, (value) => {
        const text = canonical(value)
        expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(value)))
        expect(canonical(JSON.parse(text))).toBe(text)
      }),
    )
  })

  test('does not depend on the order in which members were added', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.integer()), (object) => {
        expect(canonical(Object.fromEntries(Object.entries(object).reverse()))).toBe(canonical(object))
      }),
    )
  })

  test.each([NaN, Infinity, undefined, () => 1, 1n, '\ud800'])('refuses what JSON cannot carry: %s', (value) => {
    expect(() => canonical({ value: [value] })).toThrow(TypeError)
  })
})

describe('a file of a bundle that is JSON', () => {
  const parse = (text: string) => parseCanonical(Buffer.from(text), 'x.json')

  test('is read where it is canonical', () => {
    fc.assert(
      fc.property(json, (value) => {
        expect(canonical(parse(canonical(value)))).toBe(canonical(value))
      }),
    )
  })

  test.each([
    ['duplicate keys', '{"a":1,"a":2}'],
    ['a space', '{"a": 1}'],
    ['a line end', '{}\n'],
    ['a number written otherwise', '[1.0]'],
    ['minus zero', '[-0]'],
    ['a number beyond range', '[1e999]'],
    ['an escape that need not be', '["\\u0041"]'],
    ['a lone surrogate', '["\\ud800"]'],
    ['a byte order mark', '\ufeff{}'],
    ['nothing', ''],
    ['two values', '{}{}'],
    ['a hundred thousand brackets', `${'['.repeat(100_000)}${']'.repeat(100_000)}`],
  ])('is refused with %s', (_what, text) => {
    expect(() => parse(text)).toThrow(TypeError)
  })

  test('is refused where it is no UTF-8', () => {
    expect(() => parseCanonical(Buffer.from([0x22, 0xff, 0x22]), 'x.json')).toThrow('x.json is not UTF-8')
  })
})

describe('the encoding that is signed (DSSE PAE)', () => {
  test('is that of the DSSE protocol’s own example', () => {
    expect(pae('http://example.com/HelloWorld', Buffer.from('hello world')).toString()).toBe(
      'DSSEv1 29 http://example.com/HelloWorld 11 hello world',
    )
  })

  test('tells any two pairs of type and payload apart', () => {
    const pair = fc.tuple(fc.string({ maxLength: 12 }), fc.uint8Array({ maxLength: 12 }))
    fc.assert(
      fc.property(pair, pair, ([type, payload], [other, load]) => {
        const same = type === other && Buffer.from(payload).equals(load)
        expect(pae(type, payload).equals(pae(other, load))).toBe(same)
      }),
    )
  })

  test('counts bytes, not characters, and carries any payload unchanged', () => {
    fc.assert(
      fc.property(fc.uint8Array(), (payload) => {
        const encoded = pae('é', payload)
        const head = Buffer.from(`DSSEv1 2 é ${payload.length} `)
        expect(encoded.subarray(0, head.length).equals(head)).toBe(true)
        expect(encoded.subarray(head.length).equals(payload)).toBe(true)
      }),
    )
  })
})

test('steps are read as they were written, whatever their words', () => {
  fc.assert(
    fc.property(fc.array(fc.string({ unit: 'binary' }), { maxLength: 8 }), (words) => {
      const entries = words.map((detail, seq): RunEntry => ({
        seq,
        at: 't',
        kind: 'step',
        step: 's',
        result: 'done',
        detail,
      }))
      const { text, count } = writeSteps(entries)
      expect(count).toBe(words.length)
      expect(readSteps(text).map(({ entry }) => entry)).toEqual(entries)
    }),
  )
})
