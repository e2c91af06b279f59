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
