import type { Command } from 'commander'
import type { Add } from './program.ts'
import { viewing } from './viewing.ts'

/** Commands about keys and signed evidence. */
export function addEvidenceCommands(program: Command, add: Add): void {
  const keys = program.command('keys').description('keys of this installation')
  const init = keys
    .command('init')
    .description('make the keys that are missing, and a trust folder with their public halves')
    .option('--signer <name=file>', 'who may sign votes, by a public SSH key; may be given several times', collected)
  add<{ signer?: readonly string[] }>(init, async () => (await import('./keys.ts')).initKeys)

  const evidence = program.command('evidence').description('signed bundles')
  const verify = viewing(evidence.command('verify <bundle-or-run>'))
    .description('verify a bundle, by its folder or its run; without a key nothing is verified')
    .option('--trust <dir>', 'folder with keys/*.pem (sealing) and admission/*.pem')
    .option('--key <pem>', 'the one sealing key that is trusted')
  add<{ trust?: string; key?: string; json?: true }>(verify, async () => (await import('./evidence.ts')).verifyEvidence)

  const list = viewing(evidence.command('list')).description('list sealed bundles')
  add<{ json?: true }>(list, async () => (await import('./evidence.ts')).listEvidence)
}

function collected(value: string, before: readonly string[] = []): readonly string[] {
  return [...before, value]
}
