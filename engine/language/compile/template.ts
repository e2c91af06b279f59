import type { Report } from '../report.ts'
import type { ScalarNode } from '../yaml/node.ts'
import type { Use } from './bench.ts'
import { spanWithin } from './offsets.ts'

/** Text with the paths in it, in order. */
export type Template = readonly (string | Use)[]

/** Splits `a {{path}} b`; blocks, helpers and expressions have no place between the braces. */
export function readTemplate(scalar: ScalarNode, report: Report): Template | undefined {
  const parts: (string | Use)[] = []
  let at = 0
  let broken = false
  for (const found of scalar.text.matchAll(/\{\{(.*?)\}\}\}?/gs)) {
    if (found.index > at) parts.push(scalar.text.slice(at, found.index))
    at = found.index + found[0].length
    const path = pathIn(found[0])
    const span = spanWithin(scalar, found.index, at)
    if (path === undefined) broken = refuse(found[0], span, report) === undefined
    else parts.push({ path, span })
  }
  if (at < scalar.text.length) parts.push(scalar.text.slice(at))
  return broken ? undefined : parts
}

/** Does the text hold braces at all? */
export function hasBraces(text: string): boolean {
  return text.includes('{{')
}

function pathIn(braces: string): string[] | undefined {
  const [, path] = /^\{\{\s*([a-zA-Z]\w*(?:\.[a-zA-Z]\w*)*)\s*\}\}$/.exec(braces) ?? []
  return path?.split('.')
}

function refuse(braces: string, span: Use['span'], report: Report): undefined {
  return report.error('RB0208', span, {
    message: `\`${braces}\` is not a path`,
    help: 'only a path such as `{{previous.digest}}` stands between braces: no block, no helper, no expression',
  })
}
