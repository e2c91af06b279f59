import { mkdir, writeFile } from 'node:fs/promises'
import { existsSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { execa } from 'execa'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { CLI, environment, makeSmallWorkplace, removeWorkplace, runproof } from './workplace.ts'

let folder = ''
/** The same, with a runbook that somebody is just writing. */
let unfinished = ''
const script: Record<string, string> = {}
beforeAll(async () => {
  folder = await makeSmallWorkplace()
  const words = 'inputs:\n  dataClass: data-class\n  isUrgent: { type: bool, default: "true" }\n'
  unfinished = await makeSmallWorkplace()
  await writeFile(join(unfinished, 'runbooks', 'with-words.yaml'), words)
  for (const shell of ['bash', 'zsh', 'fish']) script[shell] = (await runproof(folder, 'completion', shell)).stdout
})
afterAll(async () => Promise.all([folder, unfinished].map(removeWorkplace)))

/** What bash offers behind these words, the last of which is being typed. */
async function offered(words: readonly string[], cwd = folder): Promise<string[]> {
  const text = [
    'runproof() { node "$CLI" "$@"; }',
    script['bash'],
    'COMP_WORDS=(runproof "$@"); COMP_CWORD=$#; _runproof; printf "%s\\n" "${COMPREPLY[@]}"',
  ].join('\n')
  const env = { ...environment(), CLI }
  const { stdout } = await execa('bash', ['-euc', text, 'bash', ...words], { cwd, env, extendEnv: false })
  return stdout === '' ? [] : stdout.split('\n')
}

describe('for bash', () => {
  test.each([
    ['commands', ['ev'], ['eval', 'evidence']],
    ['commands below a command', ['evidence', ''], ['verify', 'list']],
    ['options where one is begun', ['plan', 'ask-first', '--di'], ['--diff']],
    ['options where nothing else can come', ['keys', 'init', ''], ['--signer', '--folder', '--debug', '--help']],
    ['runbooks', ['run', 'ask-f'], ['ask-first']],
    ['no second runbook', ['prove', 'ask-first', 'ask'], []],
    ['kinds of files', ['schema', 'r'], ['runbook', 'rules', 'recorded']],
    ['codes of errors', ['explain', 'RB0201'], ['RB0201']],
    ['codes of evidence', ['explain', 'EV0303'], ['EV0303']],
    ['no run where none is recorded', ['show', ''], []],
    ['the shells', ['completion', ''], ['bash', 'zsh', 'fish']],
    ['the values of an option', ['runs', '--output', ''], ['text', 'json']],
    ['them behind =, at which bash parts words', ['runs', '--output', '=', 'j'], ['json']],
    ['files as any other value', ['evidence', 'verify', '--trust', ''], []],
    ['files where an argument may be one', ['evidence', 'verify', ''], []],
    ['nothing of a command whose name is the value of an option', ['stop', '--reason', 'run', 'ask'], []],
    ['nothing behind a command that there is not', ['rum', ''], []],
  ])('offers %s', async (_what, words, expected) => {
    expect(await offered(words)).toEqual(expected)
  })

  test.each([
    ['--folder', 'here', 'run'],
    ['run', '--folder', 'here'],
    ['--folder', '=', 'here', 'run'],
  ])('offers the runbooks of the folder that is named: %s %s %s', async (...words) => {
    const typed = words.map((word) => (word === 'here' ? basename(folder) : word))
    expect(await offered([...typed, 'ask-f'], dirname(folder))).toEqual(['ask-first'])
  })

  test('a name in the catalogue that a shell would carry out is not offered, and not carried out', async () => {
    const place = await makeSmallWorkplace()
    for (const name of ['$(touch${IFS}harm)', '`touch harm`', 'a;b', '*']) {
      await writeFile(join(place, 'runbooks', `${name}.yaml`), '')
    }
    const runbooks = (await runproof(place, 'completion', 'runbooks')).stdout.split('\n').filter(Boolean)
    expect(runbooks).toContain('ask-first')
    for (const id of runbooks) expect(id).toMatch(/^[a-z-]+$/)
    expect(await offered(['run', ''], place)).toEqual(runbooks)
    expect(existsSync(join(place, 'harm'))).toBe(false)
    await removeWorkplace(place)
  })

  test('offers runs by the folders of the evidence store, the newest first, and none that a shell would carry out', async () => {
    const place = await makeSmallWorkplace()
    const [older, newer] = ['talk-20261121T100000Z-00000001', 'ask-20261121T100001Z-00000002'] as const
    const folders = [
      `bundles/${older}`,
      `intake/${older}`,
      `intake/${newer}`,
      'intake/$(touch${IFS}harm)',
      'bundles/a;b',
    ]
    for (const one of folders) await mkdir(join(place, '.runproof', 'evidence', one), { recursive: true })
    for (const command of ['show', 'approve']) expect(await offered([command, ''], place)).toEqual([newer, older])
    expect(await offered(['show', 'talk'], place)).toEqual([older])
    expect(existsSync(join(place, 'harm'))).toBe(false)
    await removeWorkplace(place)
  })

  test('the script itself carries out nothing that it is given', async () => {
    const given = script['bash']?.replaceAll(
      /runproof completion (runbooks|runs|inputs) [^)]*/g,
      `printf '%s' '$(touch\${IFS}harm)'`,
    )
    const text = `${given}\nCOMP_WORDS=(runproof run ""); COMP_CWORD=2; _runproof; printf "%s\\n" "\${COMPREPLY[@]}"`
    const { stdout } = await execa('bash', ['-euc', text], { cwd: folder, env: environment(), extendEnv: false })
    expect(stdout).toBe('$(touch${IFS}harm)')
    expect(existsSync(join(folder, 'harm'))).toBe(false)
  })

  test.each([
    ['the inputs of a runbook', ['run', 'ask-first', '--t'], ['--topic-of-talk']],
    ['them for a plan too', ['plan', 'ask-first', '--live', '--ro'], ['--rounds']],
    ['no input of another runbook', ['run', 'with-words', '--ro'], []],
    ['no input behind another command', ['prove', 'ask-first', '--topic'], []],
    ['no input of a runbook that there is not', ['run', 'ask-frist', '--topic'], []],
    ['the words of an input', ['run', 'with-words', '--data-class', 'p'], ['public', 'payment']],
    ['them behind =', ['run', 'with-words', '--data-class', '=', 'int'], ['internal']],
    ['true and false', ['run', 'with-words', '--is-urgent', ''], ['true', 'false']],
    ['what else can come behind an option that takes no value', ['run', 'ask-first', '--detach', '--ro'], ['--rounds']],
  ])('offers %s', async (_what, words, expected) => {
    expect(await offered(words, unfinished)).toEqual(expected)
  })

  test('an input, or a runbook, whose name a shell would carry out is not offered, and not carried out', async () => {
    const place = await makeSmallWorkplace()
    const inputs = ['$(touch${IFS}harm)', '`touch harm`', 'a;b', '*', 'A', 'folder', 'fine']
    await writeFile(
      join(place, 'runbooks', 'odd.yaml'),
      `inputs:\n${inputs.map((name) => `  '${name}': bool\n`).join('')}`,
    )
    expect(await offered(['run', 'odd', '--f'], place)).toEqual(['--folder', '--fine'])
    const { stdout } = await runproof(place, 'completion', 'inputs', '--runbook', 'odd')
    expect(stdout).toBe('--fine\n')
    expect(await offered(['run', '$(touch${IFS}harm)', '--'], place)).not.toContain('--fine')
    expect(existsSync(join(place, 'harm'))).toBe(false)
    await removeWorkplace(place)
  })

  test('offers for a run no option that it would refuse', async () => {
    const { stdout } = await runproof(folder, 'run', 'ask-first', '--help')
    const offers = await offered(['run', 'ask-first', '--'])
    expect(offers).toContain('--detach')
    for (const option of offers) expect(stdout).toContain(option)
  })
})

describe('for zsh', () => {
  test('the inputs of the runbook that was said are asked for, and the values of one of them', () => {
    const asked = 'runproof completion inputs --folder "$folder" --runbook "$runbook"'
    expect(script['zsh']).toContain(`known+=($(${asked} 2>/dev/null))`)
    expect(script['zsh']).toContain(`known=($(${asked} --input="$before" 2>/dev/null))`)
  })

  test('each word is told with what it does, parted at a colon', () => {
    expect(script['zsh']).toContain(`"evidence ") known=('verify:verify a bundle, by its folder or its run;`)
    expect(script['zsh']).toContain(
      `'--folder:working folder, with runproof.yaml and .runproof/ (default\\: this one)'`,
    )
  })

  test('it can lie in a folder of fpath too, and says what it needs where completion is not loaded', () => {
    const lines = script['zsh']?.trimEnd().split('\n') ?? []
    expect(lines[0]).toBe('#compdef runproof')
    expect(lines.slice(-7)).toEqual([
      'if [[ "${funcstack[1]}" == _runproof ]]; then',
      '  _runproof "$@"',
      'elif (( $+functions[compdef] )); then',
      '  compdef _runproof runproof',
      'else',
      "  print -u2 'runproof: completion needs this first: autoload -Uz compinit && compinit'",
      'fi',
    ])
  })
})

describe('for fish', () => {
  const lines = (): string[] => script['fish']?.split('\n') ?? []

  test('a word is offered where its command was said, and nowhere else', () => {
    expect(lines()).toContain(
      `complete -c runproof -n '__runproof_at "evidence "' -f -a 'list' -d 'list sealed bundles'`,
    )
    expect(lines()).toContain(`complete -c runproof -n '__runproof_at "run "' -f -a '(__runproof_runbooks)'`)
    const places = lines().filter((line) => line.startsWith('complete -c runproof -n'))
    expect(places.filter((line) => !/-n '__runproof_(at|within) "[a-z ]*"'/.test(line))).toEqual([])
  })

  test('the inputs of a runbook are asked for behind the commands that take them', () => {
    const asking = lines().filter((line) => line.includes('(__runproof_inputs)'))
    expect(asking).toEqual(
      ['plan', 'run'].map(
        (path) => `complete -c runproof -n '__runproof_within "${path} "' -f -a '(__runproof_inputs)'`,
      ),
    )
  })

  test('an option that takes a value offers its values, or files', () => {
    expect(lines()).toContain(
      `complete -c runproof -n '__runproof_within "runs "' -l output -x -a 'text json' -d 'in which form'`,
    )
    expect(lines().find((line) => line.includes('-l trust'))).toContain(' -l trust -rF -d ')
  })
})

test('an option takes a value in every command that has it, or in none: scripts skip values by the name of the option', () => {
  const forms = new Map<string, Set<boolean>>()
  for (const [, name = '', value] of (script['fish'] ?? '').matchAll(/^complete .* -l (\S+)( -rF| -x)?/gm))
    forms.set(name, (forms.get(name) ?? new Set()).add(value !== undefined))
  expect(forms.size).toBeGreaterThan(20)
  expect([...forms].filter(([, both]) => both.size > 1)).toEqual([])
})

test.each(['bash', 'zsh', 'fish'])('the script of %s names every command', async (shell) => {
  const { stdout } = await runproof(folder, '--help')
  const commands = [...stdout.matchAll(/^ {2}([a-z]+)(?: .*)? {2,}\S/gm)].map(([, name]) => name)
  expect(commands.length).toBeGreaterThan(25)
  for (const name of commands) expect(script[shell]).toMatch(new RegExp(`\\b${name}\\b`))
})

test('names the shell that was meant, and the catalogue that is not there', async () => {
  const { stderr, exitCode } = await runproof(folder, 'completion', 'bsh')
  expect(stderr).toBe('error[RP0002]: there is no completion for `bsh`\nhint: did you mean `bash`?\n')
  expect(exitCode).toBe(2)
  const nowhere = await runproof(folder, 'completion', 'runbooks', '--folder', 'runbooks')
  expect(nowhere.stderr).toContain('error[RP0106]: the catalogue cannot be read: ')
  expect(nowhere.exitCode).toBe(2)
})
