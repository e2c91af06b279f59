import { expect, test } from 'vitest'
import { Refused } from '../../actions/define.ts'
import { webhook } from '../../actions/notify/webhook.ts'
import { parseInput } from '../../actions/validate.ts'
import { contextFor } from './context.ts'
import { serve, type Answer } from './local-server.ts'

const notice = { run: 'bad-deploy-7', roles: ['platform-on-call'], message: 'the run was denied', link: 'http://x/7' }

test('G40: a notice reaches the receiver as JSON, with its credentials and the key of the effect', async () => {
  const server = await serve(() => ({ status: 202 }))
  expect(await webhook.perform(parseInput(webhook, notice), contextFor('notify', server.url))).toEqual({
    delivered: true,
  })
  expect(JSON.parse(server.seen[0]?.body ?? '')).toEqual(notice)
  expect(server.seen[0]?.headers).toMatchObject({
    'content-type': 'application/json',
    'idempotency-key': 'run-1/step/0',
    authorization: 'Bearer token-of-notify',
  })
})

test('a receiver that refuses proves that nobody was told', async () => {
  await expect(tell({ status: 403 })).rejects.toThrow(Refused)
})

test.each([{ status: 500 }, { status: 429 }, { status: 302 }])(
  'an answer of $status leaves the effect open',
  async (answer) => {
    const failed = await tell(answer).catch((cause: unknown) => cause)
    expect(failed).toBeInstanceOf(Error)
    expect(failed).not.toBeInstanceOf(Refused)
  },
)

test('G30: a receiver that is away is named by its origin only: its path may be a secret', async () => {
  const context = contextFor('notify', 'http://127.0.0.1:1/services/secret')
  const failed = await webhook.perform(notice, context).catch((cause: unknown) => cause)
  expect(String(failed)).toBe('Error: no answer from http://127.0.0.1:1, the receiver of notifications')
})

test('G1: whether a notice arrived cannot be asked, and settling says so', async () => {
  expect(await webhook.settle(notice, contextFor('notify', 'http://127.0.0.1:1'))).toMatchObject({ state: 'unknown' })
})

async function tell(answer: Answer) {
  const server = await serve(() => answer)
  return webhook.perform(notice, contextFor('notify', server.url))
}
