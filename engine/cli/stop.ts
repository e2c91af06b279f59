import { openStore } from '../../evidence/store.ts'
import { didYouMean } from '../diagnostics/suggest.ts'
import { readConfig } from '../host/config.ts'
import { echoed } from '../host/echo.ts'
import { compileConfigured } from '../host/installation.ts'
import { OperatorError } from '../host/operator-error.ts'
import type { Stop, StopScope } from '../host/stops.ts'
import { refuseNoRun } from './arguments.ts'
import { EXIT } from './exit.ts'
import type { Exit } from './exit.ts'
import { signature } from './identity.ts'
import type { Call } from './program.ts'
import { stopsIn, stopsInForce } from './stops-here.ts'
import { plain, print, say } from './terminal.ts'

/** Puts an emergency stop in force: it holds at the next effect, also where nothing runs now. */
export async function stop({ folder, options }: Call<StopScope & { reason: string }>): Promise<Exit> {
  const { run, environment, effect, reason } = options
  if (run !== undefined) refuseNoRun(run)
  if (effect !== undefined) await refuseUnknown(effect, folder)
  const scope = Object.fromEntries(
    Object.entries({ run, environment, effect }).filter(([, value]) => value !== undefined),
  )
  const made = await stopsIn(folder).stop({ scope, reason, by: signature() })
  print(`${made.id}: no effect from now on${scopeText(made)}; readings go on`)
  print(`release it: runproof release ${made.id} --reason "…"`)
  const note = run === undefined ? undefined : await noteOf(run, folder)
  if (note !== undefined) say(`note: ${note}`)
  return EXIT.ok
}

/** A stop holds also for a run that nobody has heard of: its first record may be under way. But a slip of the keyboard is told. */
async function noteOf(run: string, folder: string): Promise<string | undefined> {
  try {
    const store = openStore(readConfig(folder).evidence)
    if ((await store.bundles()).includes(run))
      return `the run ${run} has ended already; \`runproof runs\` lists those under way`
    if ((await store.runs()).includes(run)) return undefined
    return 'no run of this id has left a record here (`runproof runs` lists those that have); the stop holds for it all the same'
  } catch {
    return undefined
  }
}

/** Ends an emergency stop, with a reason that stays beside it. */
export async function release({ folder, args, options }: Call<{ reason: string }>): Promise<Exit> {
  const id = args[0] ?? ''
  const stops = stopsIn(folder)
  const held = await stopsInForce(folder)
  if (await stops.release(id, { reason: options.reason, by: signature() })) {
    print(`${id} is released; runs that it denied stay ended`)
    return EXIT.ok
  }
  throw new OperatorError(
    'RP0303',
    `no emergency stop \`${echoed(id)}\` is in force`,
    held.length === 0 ? 'none is in force at all' : `in force: ${held.map(stopText).join('; ')}`,
  )
}

/** A slip of the keyboard would stop nothing, and nobody would know. A catalogue with mistakes stops nobody from stopping. */
async function refuseUnknown(effect: string, folder: string): Promise<void> {
  const catalogue = await compileConfigured(readConfig(folder)).catch(() => undefined)
  const known = Object.keys(catalogue?.effects ?? {})
  if (known.length === 0 || known.includes(effect)) return
  const hint = didYouMean(effect, known) ?? `effects: ${known.join(', ')}`
  throw new OperatorError('RP0307', `there is no effect \`${echoed(effect)}\``, hint)
}

function stopText(stop: Stop): string {
  return `${stop.id}${scopeText(stop)} (${plain(stop.by)}: ${echoed(stop.reason, 200)})`
}

function scopeText({ scope }: Stop): string {
  return Object.entries(scope)
    .map(([name, value]) => `, ${name} ${plain(value ?? '')}`)
    .join('')
}
