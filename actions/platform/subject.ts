import { z } from 'zod'
import { id } from '../../schemas/types.ts'

/** What most readings of the platform are about: an app in an environment. */
export const subject = z.strictObject({ environment: id('environment'), app: id('app') })
