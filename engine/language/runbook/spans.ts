import type { Span } from '../../../schemas/diagnostic.ts'
import type { Body } from './check-paths.ts'
import { everyStep } from './step.ts'

/** The places of a runbook's steps at any depth, of their undo (`cordon-undo`), and of outcomes (`outcome:cleared`). */
export function spansOf({ steps, outcomes, span }: Body): (at: string) => Span {
  const places = new Map<string, Span>([
    ...everyStep(steps).flatMap((step): [string, Span][] => [
      [step.plan.id, step.span],
      ...(step.undo ? [[`${step.plan.id}-undo`, step.undo.span] as [string, Span]] : []),
    ]),
    ...outcomes.map((outcome): [string, Span] => [`outcome:${outcome.plan.name}`, outcome.span]),
  ])
  return (at) => places.get(at) ?? span
}
