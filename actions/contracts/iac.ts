import { z } from 'zod'
import type { Contract } from '../../schemas/contract.ts'
import { count, digest, id, version } from '../../schemas/types.ts'
import { declareAction, declareReading } from './declare.ts'

const host = z.strictObject({ environment: id('environment'), host: id('host') })

/** Infrastructure as code: the only way in which hosts are changed. */
export const iacContracts: readonly Contract[] = [
  declareAction({
    name: 'iac.apply',
    summary: 'Apply a plan to one host: the one that was looked at, and no other',
    input: host.extend({ plan: id('iac-plan'), image: digest(), expectedPlanDigest: digest() }),
    output: z.strictObject({ version: version() }),
    effects: { 'host.rebuild': { environment: 'environment', host: 'host' } },
    premise: { input: 'expectedPlanDigest', reading: 'iac.plan', field: 'digest' },
  }),
  declareReading({
    name: 'iac.drift',
    summary: 'Resources of a host that differ from their code',
    input: host,
    output: z.strictObject({ items: z.array(z.strictObject({ resource: id('resource') })) }),
  }),
  declareReading({
    name: 'iac.plan',
    summary: 'What an apply for an image would change, here and on other hosts',
    input: host.extend({ image: digest() }),
    output: z.strictObject({ planId: id('iac-plan'), digest: digest(), changes: count(), otherHosts: count() }),
  }),
]
