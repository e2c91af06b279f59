import type { Command } from 'commander'
import { echoed } from '../host/echo.ts'
import { OperatorError } from '../host/operator-error.ts'

/** Refuses an argument that is empty, and the name of a run that can be none, before anything is asked of a server. */
export function refuseArguments({ registeredArguments, args }: Command): void {
  for (const [at, argument] of registeredArguments.entries()) {
    const said = argument.variadic ? args.slice(at) : args.slice(at, at + 1)
    if (argument.name() === 'inputs') continue
    if (said.includes('')) throw empty(argument.name())
    if (argument.name() === 'run') said.forEach(refuseNoRun)
  }
}

/** Whether a run can have this id. */
export function isRunId(text: string): boolean {
  return /^[A-Za-z0-9][A-Za-z0-9._:@-]{0,199}$/.test(text)
}

/** Refuses what cannot be the id of a run. */
export function refuseNoRun(runId: string): void {
  if (isRunId(runId)) return
  throw new OperatorError(
    'RP0301',
    `${JSON.stringify(echoed(runId))} cannot be the id of a run`,
    'list runs with `runproof runs`',
  )
}

function empty(name: string): OperatorError {
  return new OperatorError('RP0002', `\`<${name}>\` is given with nothing in it`, 'name it, or leave it out')
}
