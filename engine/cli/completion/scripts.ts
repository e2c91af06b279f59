import { isAsked } from './words.ts'
import type { Completed, OptionWord, Word } from './words.ts'

/** Makes the script of one shell. */
export type Script = (completed: readonly Completed[]) => string

/**
 * For bash: what stands before the cursor chooses the words; where none fits, files complete. They are not given to `compgen -W`,
 * which would carry out what is written in the name of a file.
 */
export const bash: Script = (completed) =>
  [
    '_runproof() {',
    '  local cur="${COMP_WORDS[COMP_CWORD]}" said="" before="" folder="." runbook="" word',
    '  local -a known=() flags=()',
    ...reading(completed, '"${COMP_WORDS[@]:1:COMP_CWORD-1}"'),
    '  if [[ "$cur" == "=" ]]; then cur=""; fi',
    ...choosing(completed, { list: (words) => words.map(({ word }) => word).join(' '), cur: '$cur', files: ':' }),
    '  COMPREPLY=()',
    '  for word in "${known[@]}"; do',
    '    if [[ "$word" == "$cur"* ]]; then COMPREPLY+=("$word"); fi',
    '  done',
    '}',
    'complete -o default -F _runproof runproof',
  ].join('\n')

/** For zsh: each word with what it does. It can be sourced, or lie as `_runproof` in a folder of `fpath`. */
export const zsh: Script = (completed) =>
  [
    '#compdef runproof',
    '_runproof() {',
    '  local said="" before="" folder="." runbook="" word',
    '  local -a known flags',
    ...reading(completed, '"${(@Q)words[2,CURRENT-1]}"'),
    '  if [[ "$PREFIX" == --*=* ]]; then',
    '    before="${PREFIX%%=*}"',
    "    compset -P '*='",
    '  fi',
    ...choosing(completed, {
      list: (words) => words.map(described).join(' '),
      cur: '$PREFIX',
      files: '_files; return',
    }),
    '  _describe runproof known',
    '}',
    'if [[ "${funcstack[1]}" == _runproof ]]; then',
    '  _runproof "$@"',
    'elif (( $+functions[compdef] )); then',
    '  compdef _runproof runproof',
    'else',
    "  print -u2 'runproof: completion needs this first: autoload -Uz compinit && compinit'",
    'fi',
  ].join('\n')

/** `_describe` parts a word from what it does at the first colon. */
function described({ word, says }: Word): string {
  return quoted(`${word}:${says.replaceAll(':', '\\:')}`)
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`
}

/** Reads the words before the cursor: the commands and arguments that were said, and the option whose value is to come. */
function reading(completed: readonly Completed[], words: string): string[] {
  return [
    `  for word in ${words}; do`,
    '    if [[ "$word" == "=" ]]; then continue; fi',
    '    if [[ "$before" == --folder ]]; then folder="${word/#\\~/$HOME}"; fi',
    '    if [[ "$word" == --folder=* ]]; then folder="${word#*=}"; fi',
    '    case "$before" in',
    `      ${namesWithValue(completed).join('|')}) before="" ;;`,
    '      *)',
    '        before="$word"',
    '        case "$word" in -*) ;; *) said="$said$word " ;; esac',
    '        ;;',
    '    esac',
    '  done',
  ]
}

/** How a shell writes words down, what is being typed, and what it does where files are wanted. */
interface Dialect {
  readonly list: (words: readonly Word[]) => string
  readonly cur: string
  readonly files: string
}

/** Chooses what can come: the values of an option, else options where one is begun, else commands and arguments. */
function choosing(completed: readonly Completed[], { list, cur, files }: Dialect): string[] {
  const choices = withValue(completed).filter(({ values = [] }) => values.length > 0)
  return [
    '  case "$said" in',
    ...completed.map((one) => `    ${within(one)}) flags=(${list(one.options)}) ;;`),
    '  esac',
    ...valuesOfInputs(),
    '  case "$before" in',
    ...choices.map(({ word, values = [] }) => `    ${word}) known=(${values.join(' ')}) ;;`),
    `    ${namesWithValue(completed).join('|')}) ${files} ;;`,
    '    *)',
    '      if [[ "${#known[@]}" == 0 ]]; then',
    `      case "${cur}" in`,
    `        -*) known=("\${flags[@]}"); if [[ -n "$runbook" ]]; then known+=($(${inputs()})); fi ;;`,
    '        *)',
    '          case "$said" in',
    ...completed.flatMap((one) => first(one, list)),
    `            ${completed.flatMap(placesOfFiles).join('|')}) ${files} ;;`,
    '            *) known=("${flags[@]}") ;;',
    '          esac',
    '          ;;',
    '      esac',
    '      fi',
    '      ;;',
    '  esac',
  ]
}

/** Commands that take the inputs of the runbook which they name. */
export const WITH_INPUTS = ['run', 'plan']

/** Only the file of a runbook knows its inputs, and the values that some of them have. */
function valuesOfInputs(): string[] {
  return [
    '  case "$said" in',
    `    ${WITH_INPUTS.map((path) => `"${path} "?*`).join('|')})`,
    '      runbook="${said#* }"',
    '      runbook="${runbook%% *}"',
    `      if [[ "$before" == --* ]]; then known=($(${inputs(' --input="$before"')})); fi`,
    '      ;;',
    '  esac',
  ]
}

function first(one: Completed, list: Dialect['list']): string[] {
  if (one.first === 'any' || one.first === 'none') return []
  const known = isAsked(one.first) ? `$(${asking(one.first)})` : list(one.first)
  return [`            "${prefixOf(one)}") known=(${known}) ;;`]
}

function placesOfFiles(one: Completed): string[] {
  const places = one.rest === 'any' ? [`"${prefixOf(one)}"*`] : []
  return one.first === 'any' ? [`"${prefixOf(one)}"`, ...places] : places
}

/** With what a script asks for the inputs of the runbook that was said. */
function inputs(more = ''): string {
  return `runproof completion inputs --folder "$folder" --runbook "$runbook"${more} 2>/dev/null`
}

function asking(what: 'runbook' | 'run'): string {
  return `runproof completion ${what}s --folder "$folder" 2>/dev/null`
}

function prefixOf({ path }: Completed): string {
  return path === '' ? '' : `${path} `
}

/** Nothing is known of what stands behind a command that there is not. */
function within(one: Completed): string {
  return one.path === '' ? '""' : `"${prefixOf(one)}"*`
}

function namesWithValue(completed: readonly Completed[]): string[] {
  return withValue(completed).map(({ word }) => word)
}

/** Every option that takes a value, once. */
export function withValue(completed: readonly Completed[]): OptionWord[] {
  const all = completed.flatMap(({ options }) => options.filter(({ values }) => values !== undefined))
  return [...new Map(all.map((option) => [option.word, option])).values()]
}
