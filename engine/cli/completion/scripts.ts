import type { Completed } from './words.ts'

/** Makes the script of one shell. */
export type Script = (completed: readonly Completed[]) => string

const RUNBOOKS = 'runproof completion runbooks 2>/dev/null'

/** For bash: what stands before the cursor chooses the words; other arguments complete as files. */
export const bash: Script = (completed) =>
  [
    '_runproof() {',
    '  local cur="${COMP_WORDS[COMP_CWORD]}" said="" word words',
    '  for word in "${COMP_WORDS[@]:1:COMP_CWORD-1}"; do',
    '    case "$word" in -*) ;; *) said="$said$word " ;; esac',
    '  done',
    '  case "$said" in',
    ...completed.map((one) => `    "${prefixOf(one)}"*) words=${bashWords(one)} ;;`),
    '  esac',
    '  COMPREPLY=($(compgen -W "$words" -- "$cur"))',
    '}',
    'complete -o default -F _runproof runproof',
  ].join('\n')

function bashWords({ words, runbook }: Completed): string {
  const own = words.map(({ word }) => word).join(' ')
  return runbook ? `"${own} $(${RUNBOOKS})"` : `"${own}"`
}

function prefixOf({ path }: Completed): string {
  return path === '' ? '' : `${path} `
}

/** For zsh: each word with what it does. */
export const zsh: Script = (completed) =>
  [
    '#compdef runproof',
    '_runproof() {',
    '  local said="" word',
    '  local -a known',
    '  for word in ${words[2,CURRENT-1]}; do',
    '    case "$word" in -*) ;; *) said="$said$word " ;; esac',
    '  done',
    '  case "$said" in',
    ...completed.flatMap((one) => [
      `    "${prefixOf(one)}"*)`,
      `      known=(${one.words.map(({ word, says }) => quoted(`${word}:${says.replaceAll(':', '\\:')}`)).join(' ')})`,
      ...(one.runbook ? [`      known+=($(${RUNBOOKS}))`] : []),
      '      ;;',
    ]),
    '  esac',
    '  _describe runproof known || _files',
    '}',
    'compdef _runproof runproof',
  ].join('\n')

/** For fish: one line for each word, where its command was said. */
export const fish: Script = (completed) =>
  completed
    .flatMap((one) => {
      const where = `-n ${quoted(fishCondition(one))}`
      const words = one.words.map(({ word, says }) => {
        const what = word.startsWith('--') ? `-l ${word.slice(2)}` : `-f -a ${word}`
        return `complete -c runproof ${where} ${what} -d ${quoted(says)}`
      })
      return one.runbook ? [...words, `complete -c runproof ${where} -f -a ${quoted(`(${RUNBOOKS})`)}`] : words
    })
    .join('\n')

function fishCondition({ path }: Completed): string {
  if (path === '') return '__fish_use_subcommand'
  return path
    .split(' ')
    .map((word) => `__fish_seen_subcommand_from ${word}`)
    .join('; and ')
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`
}
