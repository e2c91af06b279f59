import { Option } from 'commander'
import type { Command } from 'commander'

/** A command that prints a view: as text for people, or as canonical JSON. `--json` is the short form. */
export function viewing(command: Command): Command {
  return command
    .addOption(new Option('--output <form>', 'in which form').choices(['text', 'json']).default('text'))
    .addOption(new Option('--json', 'as JSON: the same as --output json'))
}

/** The same where a view was asked for as JSON: whichever way it was said, `json` is set. */
export function withForm<O extends object>(options: O): O {
  const { output } = options as { readonly output?: string }
  return output === 'json' ? { ...options, json: true } : options
}
