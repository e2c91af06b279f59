import { EventEmitter } from 'node:events'
import type { ChildProcess } from 'node:child_process'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { guardGroup } from '../../actions/shell/group.ts'

const GROUP = 987_654_321

/** A child that leads a group, and what is sent to that group. */
function led(): { readonly child: ChildProcess; readonly sent: unknown[] } {
  const sent: unknown[] = []
  vi.spyOn(process, 'kill').mockImplementation((pid, signal) => {
    if (pid === -GROUP) sent.push(signal)
    return true
  })
  return { child: Object.assign(new EventEmitter(), { pid: GROUP }) as unknown as ChildProcess, sent }
}

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
  vi.restoreAllMocks()
})

test('no signal goes to a group once its leader has exited and the rest is killed: its number may be another by then', () => {
  const { child, sent } = led()
  const asked = new AbortController()
  const release = guardGroup(child, asked.signal)
  child.emit('exit')
  expect(sent).toEqual(['SIGKILL'])
  asked.abort()
  vi.advanceTimersByTime(10_000)
  release()
  expect(sent).toEqual(['SIGKILL'])
})

test('a leader that exits when it is asked to leaves no second kill for later', () => {
  const { child, sent } = led()
  const asked = new AbortController()
  guardGroup(child, asked.signal)
  asked.abort()
  child.emit('exit')
  vi.advanceTimersByTime(10_000)
  expect(sent).toEqual(['SIGTERM', 'SIGKILL'])
})

test('a leader that does not exit is killed after 500 ms', () => {
  const { child, sent } = led()
  const asked = new AbortController()
  guardGroup(child, asked.signal)
  asked.abort()
  vi.advanceTimersByTime(499)
  expect(sent).toEqual(['SIGTERM'])
  vi.advanceTimersByTime(1)
  expect(sent).toEqual(['SIGTERM', 'SIGKILL'])
  child.emit('exit')
})
