import { didYouMean } from '../diagnostics/suggest.ts'
import { readConfig } from '../host/config.ts'
import { compileConfigured } from '../host/installation.ts'
import { OperatorError } from '../host/operator-error.ts'
import { StateFolder } from '../host/state-folder.ts'
import { StopSwitch } from '../host/stops.ts'
import type { Stop, StopScope } from '../host/stops.ts'
import { EXIT } from './exit.ts'
import type { Exit } from './exit.ts'
import { signature } from './identity.ts'
import type { Call } from './program.ts'
import { print } from './terminal.ts'

/** Puts an emergency stop in force: it holds at the next effect, also where nothing runs now. */
export async function stop({ folder, options }: Call<StopScope & { reason: string }>): Promise<Exit> {
  const { run, environment, effect, reason } = options
  if (effect !== undefined) await refuseUnknown(effect, folder)
  const scope = Object.fromEntries(
    Object.entries({ run, environment, effect }).filter(([, value]) => value !== undefined),
  )
  const made = await switchOf(folder).stop({ scope, reason, by: signature() })
  print(`${made.id}: no effect from now on${scopeText(made)}; readings go on`)
  print(`release it: runproof release ${made.id} --reason "…"`)
  return EXIT.ok
}

/** Ends an emergency stop, with a reason that stays beside it. */
export async function release({ folder, args, options }: Call<{ reason: string }>): Promise<Exit> {
  const id = args[0] ?? ''
  const stops = switchOf(folder)
  if (await stops.release(id, { reason: options.reason, by: signature() })) {
    print(`${id} is released; runs that it denied stay ended`)
    return EXIT.ok
  }
  const held = await stops.inForce()
  throw new OperatorError(
    'RP0303',
    `no emergency stop \`${id}\` is in force`,
    held.length === 0 ? 'none is in force at all' : `in force: ${held.map(stopText).join('; ')}`,
  )
}

/** A slip of the keyboard would stop nothing, and nobody would know. A catalogue with mistakes stops nobody from stopping. */
async function refuseUnknown(effect: string, folder: string): Promise<void> {
  const catalogue = await compileConfigured(readConfig(folder)).catch(() => undefined)
  const known = Object.keys(catalogue?.effects ?? {})
  if (known.length === 0 || known.includes(effect)) return
  const hint = didYouMean(effect, known) ?? `effects: ${known.join(', ')}`
  throw new OperatorError('RP0307', `there is no effect \`${effect}\``, hint)
}

function switchOf(folder: string): StopSwitch {
  return new StopSwitch(new StateFolder(folder).make().stops)
}

function stopText(stop: Stop): string {
  return `${stop.id}${scopeText(stop)} (${stop.by}: ${stop.reason})`
}

function scopeText({ scope }: Stop): string {
  return Object.entries(scope)
    .map(([name, value]) => `, ${name} ${value}`)
    .join('')
}
