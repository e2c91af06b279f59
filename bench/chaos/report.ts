import type { Verdict } from './judge.ts'
import type { Kills } from './kills.ts'

export interface ChaosReport extends Verdict {
  readonly seed: number
  readonly runs: number
  readonly kills: Kills
  readonly seconds: number
}

/** The report as lines of text. */
export function reportOf({ seed, runs, kills, seconds, outcomes, effects, broken }: ChaosReport): string {
  const counted = (counts: Readonly<Record<string, number>>) =>
    Object.entries(counts)
      .map(([name, count]) => `${count} ${name}`)
      .join(', ')
  return [
    `kills    ${counted(kills)} (seed ${seed})`,
    `runs     ${runs}: ${counted(outcomes)}; ${effects} effects, ${seconds.toFixed(0)} s`,
    ...broken.map((sentence) => `BROKEN   ${sentence}`),
    `verdict  ${broken.length === 0 ? 'no promise was broken' : `${broken.length} promises were broken`}`,
    '',
  ].join('\n')
}
