import { styleText } from 'node:util'
import { fold } from './fold.ts'
import { printable, widthOf } from '../diagnostics/width.ts'
import { canonical } from '../../schemas/canonical.ts'

type Style = 'bold' | 'dim' | 'red' | 'green' | 'yellow' | 'cyan'

/** Writes a line of the result; on a terminal, folded to its width. */
export function print(line = ''): void {
  process.stdout.write(`${harmless(folded(line, process.stdout))}\n`)
}

/** Writes text for other programs as it is, whatever the terminal. */
export function printAsIs(text: string): void {
  process.stdout.write(`${text}\n`)
}

/** Writes a value as canonical JSON, on one line: for other programs. */
export function printJson(value: unknown): void {
  printAsIs(canonical(value))
}

/** Writes a line of progress, or of an error, beside the result; on a terminal, folded to its width. */
export function say(line: string): void {
  process.stderr.write(`${harmless(folded(line, process.stderr))}\n`)
}

/** On less, lines of single words are harder to read than those that the terminal breaks. */
const NARROWEST = 20

function folded(text: string, { isTTY, columns: wide }: NodeJS.WriteStream): string {
  if (!isTTY) return text
  const width = Math.max(NARROWEST, wide || 80)
  return text
    .split('\n')
    .flatMap((line) => fold(line, width))
    .join('\n')
}

/** What may steer a terminal and is no line end, no tab and no colour of ours becomes a dot, wherever it came from. */
function harmless(text: string): string {
  return text.replace(STEERING, '·')
}

const STEERING =
  /(?!\u001b\[\d{1,3}m)[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/gu

/** Colours a part of the result, where a terminal shows it and NO_COLOR is not set. */
export function paint(style: Style, text: string): string {
  return styleText(style, text, { stream: process.stdout })
}

/** The same for progress and errors. */
export function paintError(style: Style, text: string): string {
  return styleText(style, text, { stream: process.stderr })
}

/** Text from elsewhere, on one line: it cannot steer the terminal. */
export function plain(text: string): string {
  return printable(text.replace(/\s*\n\s*/g, ' '))
}

/** Fills a text up with spaces to a width, as a terminal shows it. */
export function pad(text: string, width: number): string {
  return text + ' '.repeat(Math.max(0, width - widthOf(text)))
}

/** How many columns there are for what is laid out, which needs 60; 80 where nobody looks. */
export function columns(): number {
  return Math.max(60, process.stdout.columns || 80)
}
