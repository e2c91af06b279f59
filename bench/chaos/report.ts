import type { Verdict } from './judge.ts'
import type { Killed } from './kills.ts'

export interface ChaosReport extends Verdict, Killed {
  readonly seed: number
  readonly runs: number
  readonly seconds: number
}

/** The report as lines of text. */
export function reportOf({
  seed,
  runs,
  kills,
  meetingLeases,
  seconds,
  outcomes,
  effects,
  bundles,
  broken,
}: ChaosReport): string {
  const counted = (counts: Readonly<Record<string, number>>) =>
    Object.entries(counts)
      .map(([name, count]) => `${count} ${name}`)
      .join(', ')
  return [
    `kills    ${counted(kills)} (seed ${seed}); ${meetingLeases} while a lease was held`,
    `runs     ${runs}: ${counted(outcomes)}; ${effects} effects, ${bundles} bundles, ${seconds.toFixed(0)} s`,
    ...broken.map((sentence) => `BROKEN   ${sentence}`),
    `verdict  ${broken.length === 0 ? 'no promise was broken' : `${broken.length} promises were broken`}`,
    '',
  ].join('\n')
}
