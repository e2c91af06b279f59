import type { Span } from '../../../schemas/diagnostic.ts'
import type { DoStep } from '../../../schemas/plan.ts'
import type { Bench, Use } from '../compile/bench.ts'
import { namesResource, readHold } from '../compile/hold.ts'
import { compileInputs } from '../compile/inputs.ts'
import { readFields, startOf } from '../shape/fields.ts'
import type { Fields } from '../shape/fields.ts'
import { readPlain, readWord } from '../shape/words.ts'
import type { Node } from '../yaml/node.ts'
import { compileExpectation } from './expectation.ts'
import { readFactNames } from './frame.ts'
import type { Detail, Frame, Place } from './frame.ts'
import { UNDO_KEYS } from './keys.ts'
import { actionOf } from './kind-details.ts'
import { saysNone } from './residue.ts'
import type { Step, StepDraft } from './step.ts'

/** Compiles a `do` step: the action, what it should bring about, and what happens to it when the run stops. */
export function compileDo(draft: StepDraft & { kind: 'do' }, frame: Frame, place: Place): Detail {
  const { fields, contract } = draft
  const { bench } = place
  const inputs = compileInputs(contract, { with: fields['with'], at: draft.actionSpan }, bench)
  const reads = fields['read'] === undefined ? [] : readFactNames(fields['read'], place)
  const expected = compileExpectation(fields, reads, bench)
  refuseStrayRead(fields, bench)
  const holds = compileHold(draft, bench)
  const leaves = fields['leaves'] && readPlain(fields['leaves'], '`leaves`', bench.report)
  const undo = compileUndo(fields['undo'], bench)
  const plan: DoStep = {
    ...frame,
    kind: 'do',
    action: contract.name,
    with: inputs.operands,
    ...(expected && { expect: expected.expect }),
    ...(leaves && { leaves: leaves.text }),
    ...(holds.length > 0 && { hold: holds.map(({ path }) => path) }),
    ...(undo && { undo: undo.plan }),
  }
  const premiseSpan = premiseSpanOf(fields['with'], contract.premise?.input)
  return {
    plan,
    needs: inputs.uses,
    reads,
    holds,
    expects: expected?.uses ?? [],
    bounds: expected?.bounds ?? [],
    contract,
    ...(premiseSpan && { premiseSpan }),
    ...(undo && { undo: undo.undo }),
  }
}

function refuseStrayRead(fields: Fields, { report }: Bench): void {
  if (fields['read'] === undefined || fields['expect'] !== undefined) return
  report.error('RB0110', fields['read'].span, {
    message: '`read` of a `do` step belongs to `expect`, which is not there',
    help: 'add `expect` and `within`, or read in a step of its own',
  })
}

/** What the step is alone with, beside what the rules say (G3). */
function compileHold({ fields: { hold }, contract, actionSpan }: StepDraft & { kind: 'do' }, bench: Bench): Use[] {
  if (hold !== undefined && Object.keys(contract.effects).length === 0)
    bench.report.error('RB0110', startOf(hold), {
      message: `\`hold\` belongs to an effect, and \`${contract.name}\` has none`,
      related: [{ span: actionSpan, label: 'nothing is changed here' }],
      help: 'drop it',
    })
  return readHold(hold, bench.report).filter((use) => namesResource(use, bench))
}

type Undo = { readonly plan: NonNullable<DoStep['undo']>; readonly undo: NonNullable<Step['undo']> }

/** `undo: { do, with }`: the way back, through the door like every effect. */
function compileUndo(node: Node | undefined, bench: Bench): Undo | undefined {
  if (node === undefined || saysNone(node)) return undefined
  const fields = readFields(node, UNDO_KEYS, bench.report)
  const word = fields?.['do'] && readWord(fields['do'], 'an action', bench.report)
  const contract = word && actionOf(word, bench)
  if (word === undefined || contract === undefined) return undefined
  const { operands, uses } = compileInputs(contract, { with: fields?.['with'], at: word.span }, bench)
  const span = premiseSpanOf(fields?.['with'], contract.premise?.input) ?? word.span
  return { plan: { action: contract.name, with: operands }, undo: { contract, span, uses } }
}

function premiseSpanOf(given: Node | undefined, input: string | undefined): Span | undefined {
  if (given?.kind !== 'map') return undefined
  return given.entries.find(({ key }) => key === input)?.value.span
}
