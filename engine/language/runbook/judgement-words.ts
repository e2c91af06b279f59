import { spanWithin } from '../compile/offsets.ts'
import type { Report } from '../report.ts'
import type { ScalarNode } from '../yaml/node.ts'

const WORDS =
  /\b(plausibl[ey]|reasonabl[ey]|seems?|obvious(?:ly)?|recent(?:ly)?|multiple|enough|soon|significant(?:ly)?|use judge?ment)\b/i

/** A text on which somebody decides says what it means: a word that leaves it to judgement is refused. */
export function checkJudgementWords(scalar: ScalarNode, report: Report): void {
  const found = WORDS.exec(scalar.text)
  if (found === null) return
  report.error('RB0115', spanWithin(scalar, found.index, found.index + found[0].length), {
    message: `\`${found[0]}\` leaves the decision to judgement`,
    help: 'say the number: show a fact, or name a policy value as `{{policy.<name>}}`',
  })
}
