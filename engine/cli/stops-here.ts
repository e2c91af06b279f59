import { OperatorError } from '../host/operator-error.ts'
import { echoedPath } from '../host/echo.ts'
import { StateFolder } from '../host/state-folder.ts'
import { StopSwitch } from '../host/stops.ts'
import type { Stop } from '../host/stops.ts'
import { systemFailure } from './system-failure.ts'

/** The emergency stops of a folder. */
export function stopsIn(folder: string): StopSwitch {
  return new StopSwitch(new StateFolder(folder).make().stops)
}

/** Those that are in force. Where one cannot be read, nobody can say: the door denies everything, and this says why. */
export async function stopsInForce(folder: string): Promise<Stop[]> {
  const { stops } = new StateFolder(folder)
  try {
    return await new StopSwitch(stops).inForce()
  } catch (error) {
    throw (
      systemFailure(error) ??
      new OperatorError(
        'RP0315',
        `an emergency stop in ${echoedPath(stops)} cannot be read, so every effect is denied`,
        'look at the files there: one is not as `runproof stop` writes it; stop again before you take it away',
      )
    )
  }
}
