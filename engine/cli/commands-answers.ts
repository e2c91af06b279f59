import type { Command } from 'commander'
import type { Add } from './program.ts'
import type { VoteOptions } from './vote.ts'
import type { Overriding } from './votes/overriding.ts'

/** Commands by which people answer what runs ask. */
export function addAnswerCommands(program: Command, add: Add): void {
  const approve = voting(program.command('approve <run>').description('approve what a run asks'))
  add<VoteOptions>(approve, async () => (await import('./vote.ts')).approve)

  const reject = voting(program.command('reject <run>').description('reject what a run asks'))
  add<VoteOptions>(reject, async () => (await import('./vote.ts')).reject)

  const answer = voting(
    program.command('answer <run> <option>').description('choose one of the options that a run offers'),
  )
  add<VoteOptions>(answer, async () => (await import('./vote.ts')).answer)

  const override = program
    .command('override <run>')
    .description('break-glass: let a denied effect through as a second person, with a reason and an end')
    .option('--rule <id>', 'the rule that is overridden (required)')
    .option('--item <id>', 'the item, where the rule speaks about each')
  add<Overriding>(voting(override, OF_OVERRIDE), async () => (await import('./vote.ts')).override)
}

/** An override is told all that it lacks at once, since it is said when there is little time. */
const OF_OVERRIDE = ' (required, unless --signed)'

function voting(command: Command, need = ''): Command {
  return command
    .option('--step <instance>', 'which question, where several are open')
    .option('--role <role>', 'as whom, where several are asked')
    .option('--reason <text>', `why; it stays on record${need}`)
    .option('--for <duration>', `how long the vote holds, such as 1h${need}`)
    .option('--key <file>', 'the SSH key to sign with (default: `votes.key` of runproof.yaml)')
    .option('--as <name>', 'who signs, as allowed_signers names them')
    .option('--draft <file>', 'write the vote, to be signed elsewhere')
    .option('--signed <file>', 'hand in a draft with the signature beside it')
    .option('--yes', 'do not ask again on a terminal')
}
