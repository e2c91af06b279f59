import { Option } from 'commander'
import type { Command } from 'commander'
import type { Asking } from './completion/completion.ts'
import type { Add } from './program.ts'
import { viewing } from './viewing.ts'

/** Commands that try things out: nothing is started, and nothing is changed. */
export function addTryingCommands(program: Command, add: Add): void {
  const alerts = program.command('alerts').description('alerts that start runs')
  const explain = viewing(alerts.command('explain <payload>')).description(
    'which runbook each alert of a notification would start, with which inputs, or why none (- reads standard input)',
  )
  add<{ json?: true }>(explain, async () => (await import('./alerts/explain.ts')).explainAlerts)

  const evaluate = viewing(program.command('eval <predicate>'))
    .description('judge one predicate on facts of a file: true, false or unknown, with the reasons')
    .requiredOption(
      '--facts <file>',
      'JSON: { "name": { "action": "system.reading", "value": { … } } } (- reads standard input)',
    )
    .option('--types <file...>', 'JSON files with contracts of readings that the catalogue does not have')
  add<{ facts: string; types?: string[]; json?: true }>(evaluate, async () => (await import('./eval/eval.ts')).evaluate)

  const completion = program
    .command('completion <shell>')
    .description('print the completion script of bash, zsh or fish: source <(runproof completion bash)')
  for (const asked of ['--runbook <id>', '--input <option>']) completion.addOption(new Option(asked).hideHelp())
  add<Asking>(completion, async () => (await import('./completion/completion.ts')).completionOf(program))
}
