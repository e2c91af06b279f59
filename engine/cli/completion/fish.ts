import { WITH_INPUTS, withValue } from './scripts.ts'
import type { Script } from './scripts.ts'
import { ASKED, isAsked } from './words.ts'
import type { Completed, Expected, OptionWord, Word } from './words.ts'

/** For fish: one line for each word, where its command was said. */
export const fish: Script = (completed) =>
  [
    ...reading(withValue(completed).map(({ word }) => word)),
    'complete -c runproof -e',
    ...completed.flatMap((one) => [...options(one), ...first(one), ...inputs(one)]),
  ].join('\n')

/** Functions that read the words before the cursor, without the values of options. */
function reading(valued: readonly string[]): string[] {
  return [
    'function __runproof_said',
    "    set -l before ''",
    "    set -l said ''",
    '    set -l words (commandline -opc)',
    '    set -e words[1]',
    '    for word in $words',
    `        if contains -- "$before" ${valued.join(' ')}`,
    "            set before ''",
    '        else',
    '            set before $word',
    '            string match -q -- \'-*\' $word; or set said "$said$word "',
    '        end',
    '    end',
    '    echo $said',
    'end',
    'function __runproof_at',
    '    test (__runproof_said) = "$argv[1]"',
    'end',
    'function __runproof_within',
    '    string match -q -- "$argv[1]*" (__runproof_said)',
    'end',
    'function __runproof_folder',
    '    set -l folder .',
    "    set -l before ''",
    '    for word in (commandline -opc)',
    '        test "$before" = --folder; and set folder (string replace -r \'^~\' $HOME -- $word)',
    "        string match -q -- '--folder=*' $word; and set folder (string replace -- '--folder=' '' $word)",
    '        set before $word',
    '    end',
    '    echo $folder',
    'end',
    ...ASKED.flatMap((asked) => [
      `function __runproof_${asked}s`,
      `    runproof completion ${asked}s --folder (__runproof_folder) 2>/dev/null`,
      'end',
    ]),
    'function __runproof_inputs',
    "    set -l said (string split ' ' -- (__runproof_said))",
    '    test -n "$said[2]"; or return',
    '    set -l before (commandline -opc)[-1]',
    '    set -l asked completion inputs --folder (__runproof_folder) --runbook $said[2]',
    "    string match -q -- '--*' $before; and runproof $asked --input=$before 2>/dev/null",
    "    string match -q -- '-*' (commandline -ct); and runproof $asked 2>/dev/null",
    'end',
  ]
}

function options(one: Completed): string[] {
  const where = one.path === '' ? at(one) : `-n ${quoted(`__runproof_within "${one.path} "`)}`
  const noFiles = one.first === 'none' || isAsked(one.first) ? [`complete -c runproof ${where} -f`] : []
  return [
    ...one.options.map((option) => `complete -c runproof ${where} ${flag(option)} -d ${quoted(option.says)}`),
    ...noFiles,
  ]
}

/** Only the file of a runbook knows its inputs, and the values that some of them have. */
function inputs({ path, first: expected }: Completed): string[] {
  if (expected !== 'runbook' || !WITH_INPUTS.includes(path)) return []
  return [`complete -c runproof -n ${quoted(`__runproof_within "${path} "`)} -f -a '(__runproof_inputs)'`]
}

function flag({ word, values }: OptionWord): string {
  const name = `-l ${word.slice(2)}`
  if (values === undefined) return name
  return values.length === 0 ? `${name} -rF` : `${name} -x -a ${quoted(values.join(' '))}`
}

function first(one: Completed): string[] {
  return wordsOf(one.first).map(({ word, says }) => {
    const what = says === '' ? '' : ` -d ${quoted(says)}`
    return `complete -c runproof ${at(one)} -f -a ${quoted(word)}${what}`
  })
}

function wordsOf(expected: Expected): readonly Word[] {
  if (isAsked(expected)) return [{ word: `(__runproof_${expected}s)`, says: '' }]
  return typeof expected === 'string' ? [] : expected
}

function at({ path }: Completed): string {
  return `-n ${quoted(`__runproof_at "${path === '' ? '' : `${path} `}"`)}`
}

/** Between single quotes fish still reads a backslash before a quote or another backslash. */
function quoted(text: string): string {
  return `'${text.replaceAll(/['\\]/g, '\\$&')}'`
}
