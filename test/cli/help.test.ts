import type { Command } from 'commander'
import { describe, expect, test } from 'vitest'
import { failureOf } from '../../engine/cli/failure.ts'
import { commandsOf, programOf } from '../../engine/cli/program.ts'
import { pathOf } from '../../engine/cli/whole-command.ts'

function all(command: Command): Command[] {
  return [command, ...command.commands.flatMap(all)]
}

const commands = all(commandsOf(() => undefined)).map((command) => [pathOf(command), command] as const)

function helpOf(path: string, width: number): string {
  const [, command] = commands.find(([name]) => name === path) ?? []
  return command?.configureOutput({ getOutHelpWidth: () => width }).helpInformation() ?? ''
}

describe('the help', () => {
  test.each(commands.map(([path]) => path))('of %s fits 60 columns, and 80', (path) => {
    for (const width of [60, 80]) {
      const lines = helpOf(path, width).split('\n')
      expect(lines.length).toBeGreaterThan(4)
      expect(lines.filter((line) => line.length > width)).toEqual([])
    }
  })

  test('stands below what it describes where there is no room beside it', () => {
    expect(helpOf('runproof', 60)).toContain(
      '  pause [options] <run>\n      let a run begin no further step; what is in',
    )
    expect(helpOf('runproof', 80)).toMatch(/^ {2}pause \[options\] <run> {2,}let a run begin/m)
  })

  test.each(['stop', 'release', 'pause', 'resume'])('of %s says that a reason must be given', (name) => {
    expect(helpOf(`runproof ${name}`, 80)).toMatch(/--reason <text> +why; it stays on record \(required\)$/m)
  })
})

async function refusal(args: readonly string[]): Promise<string> {
  const done = await programOf(args).catch((error: unknown) => failureOf(error))
  if (typeof done === 'number') throw new Error(`it is not refused: ${done}`)
  return `${done.message}\n${done.hint ?? ''}`
}

describe('what is missing', () => {
  test.each([
    [['stop'], 'runproof stop --reason "…"'],
    [['stop', '--environment', 'a b'], `runproof stop --environment 'a b' --reason "…"`],
    [['pause'], 'runproof pause <run> --reason "…"'],
    [['resume', 'r1'], 'runproof resume r1 --reason "…"'],
    [['release', 'stop-1', '--debug'], 'runproof release stop-1 --debug --reason "…"'],
    [['eval', 'a == "c"', '--json'], `runproof eval 'a == "c"' --json --facts <file>`],
  ])('is told with the whole command to type: %j', async (args, whole) => {
    expect((await refusal(args)).split('\n')[1]).toBe(whole)
  })

  test.each([
    [[], '`--rule`, `--reason`, `--for`', '--rule <id> --reason "…" --for 1h'],
    [['--rule', 'x'], '`--reason`, `--for`', '--rule x --reason "…" --for 1h'],
    [['--rule', 'x', '--draft', 'd.json'], '`--reason`, `--for`', '--rule x --reason "…" --for 1h --draft d.json'],
    [['--rule', 'x', '--reason', 'no way'], '`--for`', `--rule x --reason 'no way' --for 1h`],
    [['--signed', 'd.json'], '`--rule`', '--rule <id> --signed d.json'],
  ])('G26: of an override is told at once, before anything is asked or written: %j', async (args, lacks, whole) => {
    expect(await refusal(['override', 'r1', ...args])).toBe(`an override lacks ${lacks}\nrunproof override r1 ${whole}`)
  })

  test('G26: an override that would hold for more than a day is refused before it is signed', async () => {
    const long = ['override', 'r1', '--rule', 'x', '--reason', 'y', '--for', '25h']
    expect(await refusal(long)).toContain('an override holds for 24 hours at most')
  })
})
