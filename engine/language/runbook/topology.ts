import type { Report } from '../report.ts'
import type { Word } from '../shape/words.ts'
import type { StepDraft } from './step.ts'

/** A runbook that is called applies wherever the one that calls it does. */
export function checkTopology(own: readonly Word[] | undefined, steps: readonly StepDraft[], report: Report): void {
  for (const step of steps) {
    if (step.kind !== 'call') continue
    const { topology, id } = step.callee.runbook
    if (topology === undefined) continue
    const beyond = own?.filter(({ text }) => !topology.includes(text)).map(({ text }) => `\`${text}\``)
    if (beyond?.length === 0) continue
    report.error('RB0238', step.calleeSpan, {
      message: `\`${id}\` applies to ${topology.map((word) => `\`${word}\``).join(', ')} only, and this runbook to ${beyond === undefined ? 'any topology' : `${beyond.join(', ')} too`}`,
      help: `write \`topology: [${topology.join(', ')}]\` here`,
    })
  }
}
