import type { Preview, PreviewedEffect } from '../../../host/preview/preview.ts'
import { paint, plain } from '../../terminal.ts'
import { factLines } from '../fact-text.ts'
import { headed } from '../headed.ts'
import { verdictLines } from '../verdict-text.ts'

/** A Plan on the facts of this moment: what would be read and decided, and which rules would deny. */
export function liveText({ readings, later, decisions, effects }: Preview): string[] {
  return [
    '',
    paint(
      'yellow',
      'as it would be now: this is NOT EVIDENCE; no effect was performed, and at the effect all is looked at anew',
    ),
    ...headed('facts', [
      ...readings.flatMap(factLines).map((line) => `  ${line}`),
      ...later.map((name) => `  ${name}: needs what is not known yet`),
    ]),
    ...headed(
      'decisions',
      decisions.flatMap(({ step, result, cases }) => [
        `  ${paint('cyan', step)}  ${result}`,
        ...cases.flatMap((judged) => verdictLines({ ...judged, by: judged.name }).map((line) => `    ${line}`)),
      ]),
    ),
    ...headed('effects', effects.flatMap(effectLines)),
  ]
}

const SAYS = {
  passes: ['green', 'would pass'],
  denied: ['red', 'would be DENIED'],
  unknown: ['yellow', 'cannot be told'],
} as const
const REACHED = { yes: '', no: ', but would not be reached', perhaps: ', if it is reached' } as const

function effectLines({ at, effect, reached, open, says, verdicts, inTheRun }: PreviewedEffect): string[] {
  const [colour, word] = SAYS[says]
  const why = open === undefined ? '' : `: ${plain(open)}`
  const telling = verdicts.filter((verdict) => verdict.says !== 'true')
  return [
    `  ${paint('cyan', at)}  ${effect}: ${paint(colour, word)}${REACHED[reached]}${why}`,
    ...telling.flatMap((verdict) => verdictLines({ ...verdict, by: verdict.rule }).map((line) => `    ${line}`)),
    ...(inTheRun.length === 0 ? [] : [`      judged in the run: ${inTheRun.join(', ')}`]),
  ]
}
