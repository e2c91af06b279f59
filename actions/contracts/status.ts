import { z } from 'zod'
import type { Contract } from '../../schemas/contract.ts'
import { bool, count, duration, id, text } from '../../schemas/types.ts'
import { subject } from '../platform/subject.ts'
import { declareAction, declareReading } from './declare.ts'
import { cause, health } from './words.ts'

const provider = z.strictObject({ provider: id('provider') })
const nothing = z.strictObject({})

/** What owners are told of their apps, and what is done to an app as a whole. */
export const statusContracts: readonly Contract[] = [
  declareAction({
    name: 'platform.classifyIncident',
    summary: 'Write the cause of an incident of an app into the books',
    input: subject.extend({ cause: cause() }),
    output: nothing,
    effects: { 'incident.classify': { environment: 'environment', app: 'app', cause: 'cause' } },
  }),
  declareReading({
    name: 'platform.ownerStatus',
    summary: 'What the owner of an app is shown now',
    input: subject,
    output: z.strictObject({ visible: bool(), cause: cause() }),
  }),
  declareReading({
    name: 'platform.ownerStatuses',
    summary: 'Affected apps whose owner is shown nothing yet, and unaffected ones that are listed',
    input: provider,
    output: z.strictObject({ missing: count(), unaffectedListed: count() }),
  }),
  declareAction({
    name: 'platform.publishOwnerStatus',
    summary: 'Show the owner of an app why it does not work, and what repairs it',
    input: subject.extend({ cause: cause(), text: text(), repair: text() }),
    output: nothing,
    effects: { 'status.publish': { environment: 'environment', app: 'app', cause: 'cause' } },
  }),
  declareAction({
    name: 'platform.publishProviderStatus',
    summary: 'Show the owner of an app which provider affects it, since when, and when the next update comes',
    input: subject.extend({ provider: id('provider'), cause: cause(), nextUpdateIn: duration(), text: text() }),
    output: nothing,
    effects: { 'status.publish': { environment: 'environment', app: 'app', cause: 'cause' } },
  }),
  declareAction({
    name: 'platform.restartApp',
    summary: 'Restart every allocation of an app',
    input: subject,
    output: nothing,
    effects: { 'app.restart': { environment: 'environment', app: 'app' } },
  }),
  declareReading({
    name: 'platform.controlPlaneHealth',
    summary: 'The health of the control plane, by its own indicators alone',
    authority: 'derived',
    input: nothing,
    output: z.strictObject({ state: health() }),
  }),
  declareReading({
    name: 'platform.appDependencyHealth',
    summary: 'The health of what the apps of a provider depend on, never derived from the control plane',
    authority: 'derived',
    input: provider,
    output: z.strictObject({
      items: z.array(z.strictObject({ app: id('app'), environment: id('environment'), state: health() })),
    }),
  }),
]
