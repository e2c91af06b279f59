import { createInterface } from 'node:readline/promises'

/** On a terminal a person has the last word after reading; a script has given it with the command. */
export async function confirmed(question: string, { yes }: { readonly yes?: true }): Promise<boolean> {
  if (yes === true || !process.stdin.isTTY || !process.stdout.isTTY) return true
  const terminal = createInterface({ input: process.stdin, output: process.stdout })
  try {
    return /^y(es)?$/i.test((await terminal.question(`${question} [y/N] `)).trim())
  } finally {
    terminal.close()
  }
}
