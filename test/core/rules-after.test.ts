import { describe, expect, test } from 'vitest'
import { sameSubject } from '../../engine/core/rules.ts'
import type { JsonObject } from '../../schemas/json.ts'
import type { AfterCheck } from '../../schemas/plan.ts'
import type { ValueType } from '../../schemas/value-type.ts'
import { at, group, groups, judged, receipt, record, said, SOURCE } from './rules-practice.ts'
import type { Situation } from './rules-practice.ts'

const DIGEST = `sha256:${'a'.repeat(64)}`
const reboot = { effect: 'host.reboot', target: { host: 'h1', image: DIGEST } }
const afterDrain: AfterCheck = { form: 'after', guards: ['host.reboot'], after: ['host.drain'] }
const afterState: AfterCheck = { form: 'after', guards: ['host.reboot'], after: ['lab.hostState'] }

describe('G20: form 3, after an effect', () => {
  const with_ = async (...receipts: Exclude<Situation['receipts'], string | undefined>) =>
    judged([afterDrain], reboot, { receipts })

  test('passes where it has happened on the same subject', async () => {
    const found = await with_(receipt('host.drain', { host: 'h1' }, { step: 'drain' }))
    expect(found).toMatchObject([
      { says: 'true', predicate: 'after host.drain', observed: { 'host.drain': { step: 'drain' } } },
    ])
  })

  test('denies where it has not happened, or on another subject', async () => {
    expect(said(await with_())).toEqual(['false'])
    expect(said(await with_(receipt('host.drain', { host: 'h2' })))).toEqual(['false'])
  })

  test('denies where it was taken back since, and passes where it was done again', async () => {
    const undone = receipt('host.drain', { host: 'h1' }, { undone: true })
    expect(await with_(undone)).toMatchObject([{ says: 'false', observed: { 'host.drain': 'taken back since' } }])
    expect(said(await with_(undone, receipt('host.drain', { host: 'h1' })))).toEqual(['true'])
  })

  test('G18: an effect below the one that is named counts, one above it does not', async () => {
    const parent: AfterCheck = { ...afterDrain, after: ['capacity.remove'] }
    const drained = receipt('host.drain', { host: 'h1' })
    expect(said(await judged([parent], reboot, { receipts: [drained] }))).toEqual(['true'])
    expect(said(await with_(receipt('capacity.remove', { host: 'h1' })))).toEqual(['false'])
  })

  test('is unknown where the receipts cannot be read', async () => {
    expect(said(await judged([afterDrain], reboot, { receipts: 'unreadable' }))).toEqual(['unknown'])
  })

  test('denies where the two have no field by which their subjects could be compared', async () => {
    const stranger: AfterCheck = { ...afterDrain, after: ['request.answer'] }
    const answered = receipt('request.answer', { app: 'checkout' })
    expect(said(await judged([stranger], reboot, { receipts: [answered] }))).toEqual(['false'])
  })
})

describe('G20: form 3, after a reading', () => {
  const taken = (input: { host: string; depth: number }, more = {}) =>
    record('lab.hostState', input, { value: {}, ...more })
  const with_ = async (...found: ReturnType<typeof taken>[]) => judged([afterState], reboot, { taken: found })

  test('passes where it was taken of the same subject; fields that are no subject do not matter', async () => {
    expect(said(await with_(taken({ host: 'h1', depth: 3 })))).toEqual(['true'])
  })

  test('denies where it was not taken, or of another subject', async () => {
    expect(said(await with_())).toEqual(['false'])
    expect(said(await with_(taken({ host: 'h2', depth: 3 })))).toEqual(['false'])
    expect(said(await with_({ ...taken({ host: 'h1', depth: 3 }), action: 'lab.logs' }))).toEqual(['false'])
  })

  test('G10: is unknown where the reading failed, or where nobody has proven which were taken', async () => {
    const failed = record('lab.hostState', { host: 'h1' }, { unknown: { reason: 'timeout', detail: '' } })
    expect(said(await with_(failed))).toEqual(['unknown'])
    expect(said(await with_({ ...failed, value: {} }))).toEqual(['unknown'])
    expect(said(await with_(failed, taken({ host: 'h1', depth: 0 })))).toEqual(['true'])
    expect(said(await judged([afterState], reboot, { taken: 'unproven' }))).toEqual(['unknown'])
  })
})

describe('G20: form 3 with `each`', () => {
  const check: AfterCheck = {
    form: 'after',
    guards: ['consumer.resume'],
    after: ['source.replay'],
    each: { item: 'source', list: ['sources', 'items'], itemType: SOURCE },
  }
  const resume = { effect: 'consumer.resume', target: { app: 'checkout' } }
  const replayed = (source: string) => receipt('source.replay', { source }, { at: at(1) })
  const facts = { sources: groups(group('orders'), group('mails')) }

  test('has a verdict for every item, by its id', async () => {
    const found = await judged([check], resume, { facts, receipts: [replayed('orders')] })
    expect(found.map(({ item, says }) => [item, says])).toEqual([
      ['orders', 'true'],
      ['mails', 'false'],
    ])
  })

  test('passes where it has happened for every item', async () => {
    const receipts = [replayed('mails'), replayed('orders')]
    expect(said(await judged([check], resume, { facts, receipts }))).toEqual(['true', 'true'])
  })

  test('G12: an empty list passes only where that was thought of, and a list that is not whole is unknown', async () => {
    const empty = groups()
    expect(await judged([check], resume, { facts: { sources: empty } })).toMatchObject([
      { says: 'true', observed: { items: 0 } },
    ])
    expect(said(await judged([check], resume, { facts: { sources: { ...empty, complete: false } } }))).toEqual([
      'unknown',
    ])
    const strict = { ...check, each: { item: 'source', itemType: SOURCE, list: ['groups', 'items'] } }
    expect(said(await judged([strict], resume, { facts: { groups: empty } }))).toEqual(['unknown'])
  })
})

describe('the same subject', () => {
  const host = { kind: 'id', of: 'host' } as const
  const epoch = { kind: 'epoch' } as const
  const of = (types: Record<string, ValueType>, values: JsonObject) => ({ types, values })

  test('is what ids, digests and enums of the same name say, and nothing that changes', () => {
    const one = of({ host, epoch }, { host: 'h1', epoch: 1 })
    expect(sameSubject(one, of({ host, epoch }, { host: 'h1', epoch: 2 }))).toBe(true)
    expect(sameSubject(one, of({ host, epoch }, { host: 'h2', epoch: 1 }))).toBe(false)
    expect(sameSubject(one, of({ host: { kind: 'optional', inner: host } }, { host: 'h1' }))).toBe(true)
  })

  test('is not what is absent, nor an id of another kind', () => {
    expect(sameSubject(of({ host }, {}), of({ host }, {}))).toBe(false)
    expect(sameSubject(of({ host }, { host: 'x' }), of({ host: { kind: 'id', of: 'app' } }, { host: 'x' }))).toBe(false)
  })

  test('is everything for what names no subject at all', () => {
    expect(sameSubject(of({ host }, { host: 'h1' }), of({ epoch }, { epoch: 1 }))).toBe(true)
  })
})
