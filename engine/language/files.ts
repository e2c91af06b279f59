import type { Source } from './source.ts'

/** What a file of a catalogue is, by its place. */
export type FileKind = 'runbook' | 'rules' | 'scenario' | 'recorded' | 'policy' | 'effects' | 'allowlist' | 'calendar'

const FIXED: Readonly<Record<string, FileKind>> = {
  'policy.yaml': 'policy',
  'effects.yaml': 'effects',
  'allowlist.yaml': 'allowlist',
  'calendar.yaml': 'calendar',
}

/** Rules, scenarios and recorded facts lie in folders, four files have names of their own, everything else is a runbook. */
export function kindOfFile({ file }: Pick<Source, 'file'>): FileKind {
  const parts = file.split('/')
  const name = parts.at(-1) ?? ''
  if (parts.includes('rules')) return 'rules'
  if (parts.includes('scenarios')) return 'scenario'
  if (parts.includes('recorded')) return 'recorded'
  return Object.hasOwn(FIXED, name) ? (FIXED[name] ?? 'runbook') : 'runbook'
}

/** Files of which a catalogue has one by their name, each with the one before it that has this name: the one nearest to the root is first. */
export function repeatedFiles(files: readonly Pick<Source, 'file'>[]): ReadonlyMap<string, string> {
  const first = new Map<string, string>()
  const again = new Map<string, string>()
  for (const source of [...files].sort((a, b) => depthOf(a) - depthOf(b))) {
    if (MANY.includes(kindOfFile(source))) continue
    const name = source.file.replace(/^.*\//, '')
    const before = first.get(name)
    if (before === undefined) first.set(name, source.file)
    else again.set(source.file, before)
  }
  return again
}

/** They say themselves what they are called. */
const MANY: readonly FileKind[] = ['rules', 'scenario', 'recorded']

function depthOf({ file }: Pick<Source, 'file'>): number {
  return file.split('/').length
}
