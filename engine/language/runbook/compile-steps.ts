import { placeAt } from '../compile/bench.ts'
import type { Bench, LoopItem } from '../compile/bench.ts'
import { compileBlock, compileCall } from './compile-others.ts'
import { compileApprove, compileAsk } from './compile-questions.ts'
import { compileDecide } from './compile-decide.ts'
import { compileDo } from './compile-do.ts'
import { compileRead } from './compile-read.ts'
import { readCondition, readContinueOn } from './conditions.ts'
import type { Detail, Frame, Place } from './frame.ts'
import type { LoopDraft, Step, StepDraft } from './step.ts'

/** Compiles all steps whose kind is known, those of blocks among them. */
export function compileSteps(drafts: readonly StepDraft[], around: Omit<Place, 'before' | 'levels'>): Step[] {
  return compileLevel(drafts, { ...around, before: [], levels: [drafts] })
}

function compileLevel(drafts: readonly StepDraft[], place: Place): Step[] {
  return drafts.flatMap((draft, at) => {
    const before = [...place.before, ...drafts.slice(0, at)]
    return compileStep(draft, { ...place, before }) ?? []
  })
}

function compileStep(draft: StepDraft, place: Place): Step | undefined {
  if (draft.kind === 'other') return undefined
  const { report } = place.bench
  const loop = loopOf(draft.loop, place)
  const frame: Frame = {
    id: draft.id.text,
    place: placeAt(place.bench, draft.span),
    when: readCondition(draft.fields['when'], { ...place, report }),
    continueOn: readContinueOn(draft.fields['continueOn'], draft, report),
    ...(loop && { forEach: loop.plan }),
  }
  const inside =
    loop === undefined ? place : { ...place, bench: withItem(place.bench, { ...loop.item, list: loop.plan.list }) }
  const compiled = detail(draft, frame, inside)
  if (compiled !== undefined) refuseNameless(compiled, place.bench)
  const whenSpan = draft.fields['when']?.span ?? draft.span
  return (
    compiled && {
      span: draft.span,
      results: draft.results,
      whenSpan,
      steps: [],
      ...(loop && { loop: { item: loop.item, list: loop.list } }),
      ...compiled,
    }
  )
}

function loopOf(loop: LoopDraft | undefined, { items }: Place) {
  const item = loop && items.get(loop)
  if (loop === undefined || item === undefined) return undefined
  const plan = { item: item.name, list: loop.path, itemType: item.type, atOnce: loop.atOnce }
  return { item, plan, list: { path: loop.path, span: loop.pathSpan } }
}

function withItem(bench: Bench, item: LoopItem): Bench {
  return { ...bench, items: [item, ...(bench.items ?? [])] }
}

/** A bound after which the run goes on tips a decision: it has a name. */
function refuseNameless({ plan, bounds: [within] }: Detail, { report }: Bench): void {
  if (within === undefined || within.policy !== undefined || !plan.continueOn.includes('timed-out')) return
  report.error('RB0410', within.span, {
    message: 'the run goes on when this time is over: it tips a decision and has no name',
    help: 'name it in policy.yaml, with a source, and write `policy.<name>`',
  })
}

function detail(draft: StepDraft, frame: Frame, place: Place): Detail | undefined {
  switch (draft.kind) {
    case 'read':
      return compileRead(draft.fields, frame, place)
    case 'decide':
      return compileDecide(draft.fields, frame, place)
    case 'do':
      return compileDo(draft, frame, place)
    case 'approve':
      return compileApprove(draft.fields, frame, place)
    case 'ask':
      return compileAsk(draft.fields, frame, place)
    case 'call':
      return compileCall(draft, frame, place)
    case 'block':
      return compileBlock(frame, compileLevel(draft.steps, { ...place, levels: [...place.levels, draft.steps] }))
    case 'other':
      return undefined
  }
}
