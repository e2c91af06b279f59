import { Help } from 'commander'
import type { Command, Option } from 'commander'

/** So much room a description has beside what it describes; where there is less, it stands below. */
const LEAST_BESIDE = 28
const BELOW = 6

/** Lets the help of a command, and of those that are added to it later, fit narrow terminals, and say which options must be given. */
export function readableHelp(command: Command): Command {
  return command.configureHelp({ minWidthToWrap: LEAST_BESIDE, formatItem, optionDescription })
}

/** Commander leaves a line as long as it is where there is little room beside the longest term. */
function formatItem(this: Help, term: string, widest: number, description: string): string {
  const width = this.helpWidth ?? 80
  if (description === '' || width - widest - 4 >= LEAST_BESIDE)
    return Help.prototype.formatItem.call(this, term, widest, description, this)
  const below = this.boxWrap(description, width - BELOW).replaceAll('\n', `\n${' '.repeat(BELOW)}`)
  return `  ${term}\n${' '.repeat(BELOW)}${below}`
}

function optionDescription(this: Help, option: Option): string {
  const said = Help.prototype.optionDescription.call(this, option)
  return option.mandatory ? `${said} (required)` : said
}
