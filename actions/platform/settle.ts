import type { components } from '../../schemas/generated/platform.ts'
import type { ActionContext, Settlement } from '../define.ts'
import { exchange } from './client.ts'

type Operation = components['schemas']['Operation']

/** The output of the operation that was found; throws where it is none of the action. */
type OutputOf<O> = (operation: Operation) => O

/** Says what became of a key (G1). Where it did nothing, it is burnt: a request that is still on its way changes nothing. */
export async function settleByKey<O>(context: ActionContext, outputOf: OutputOf<O>): Promise<Settlement<O>> {
  const found = await findOperation(context, outputOf)
  if (found.state !== 'not-done') return found
  const burnt = await burnKey(context)
  return burnt === 'taken' ? findTaker(context, outputOf) : burnt
}

/** Asks for the operation of the key. Only a complete list proves that there is none so far. */
async function findOperation<O>(context: ActionContext, outputOf: OutputOf<O>): Promise<Settlement<O>> {
  const query = { idempotency_key: context.idempotencyKey }
  const exchanged = await exchange(context, (platform) => platform.get('/v1/operations', { params: { query } }))
  if (exchanged.kind !== 'answer') return unknown(exchanged.message)
  return unlessBroken<O>(() => {
    const { body, roundTrip } = exchanged
    const [operation] = body.items
    if (!roundTrip) return unproven()
    if (isVoid(operation, context)) return { state: 'voided' }
    if (operation?.idempotency_key === context.idempotencyKey) return { state: 'done', output: outputOf(operation) }
    if (body.complete && operation === undefined) return { state: 'not-done' }
    return unknown('the platform does not say that its list of operations is whole')
  })
}

/** Has the platform void the key. It waits for a request that is under way; `taken` where that one, or another, was first. */
async function burnKey(context: ActionContext): Promise<Settlement<never> | 'taken'> {
  const header = { 'Idempotency-Key': context.idempotencyKey }
  const exchanged = await exchange(context, (platform) =>
    platform.post('/v1/operations', { params: { header }, body: { kind: 'void' } }),
  )
  if (exchanged.kind === 'problem' && exchanged.problem.code === 'idempotency-key-reused') return 'taken'
  if (exchanged.kind !== 'answer') return unknown(exchanged.message)
  if (!exchanged.roundTrip) return unproven()
  if (isVoid(exchanged.body.operation, context)) return { state: 'voided' }
  return unknown('the platform does not say that it voided the key')
}

/** Asks once more for the operation that took the key. */
async function findTaker<O>(context: ActionContext, outputOf: OutputOf<O>): Promise<Settlement<O>> {
  const found = await findOperation(context, outputOf)
  if (found.state !== 'not-done') return found
  return unknown('the platform says that the key is taken, and that no operation has it')
}

function isVoid(operation: Operation | undefined, { idempotencyKey }: ActionContext): boolean {
  return operation?.kind === 'void' && operation.idempotency_key === idempotencyKey
}

function unlessBroken<O>(judge: () => Settlement<O>): Settlement<O> {
  try {
    return judge()
  } catch (cause) {
    return unknown((cause as Error).message)
  }
}

function unproven(): Settlement<never> {
  return unknown('the answer does not prove that it was made for this question')
}

function unknown(detail: string): Settlement<never> {
  return { state: 'unknown', detail }
}
