import type { Span } from '../../../schemas/diagnostic.ts'
import type { Report } from '../report.ts'
import type { Fields } from '../shape/fields.ts'
import type { Node } from '../yaml/node.ts'

/** Every effect says what happens to it when the run stops: `undo`, `leaves`, both, or `undo: none`. */
export function tellResidue(fields: Fields, { report, at }: { readonly report: Report; readonly at: Span }): void {
  const { undo, leaves } = fields
  if (saysNone(undo) && leaves !== undefined)
    return report.error(
      'RB0110',
      undo.span,
      '`undo: none` says that nothing safe stays behind, and `leaves` says what does',
    )
  if (undo !== undefined || leaves !== undefined) return
  report.error('RB0220', at, {
    message: 'this effect does not say what stays behind when the run stops',
    help: 'add `leaves: <what stays, and is safe>`, `undo: { do: <action> }`, or `undo: none` if nothing safe stays',
  })
}

/** `undo: none` */
export function saysNone(undo: Node | undefined): undo is Node {
  return undo?.kind === 'scalar' && undo.text === 'none'
}
