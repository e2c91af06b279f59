import { z } from 'zod'
import type { Contract } from '../../schemas/contract.ts'
import { count, id } from '../../schemas/types.ts'
import { declareReading } from './declare.ts'

/** Logs: they explain, and decide nothing. */
export const lokiContracts: readonly Contract[] = [
  declareReading({
    name: 'loki.readinessLines',
    summary: 'How many lines the app logged about its readiness',
    authority: 'diagnostic',
    input: z.strictObject({ environment: id('environment'), app: id('app') }),
    output: z.strictObject({ count: count() }),
  }),
]
