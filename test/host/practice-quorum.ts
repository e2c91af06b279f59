import { practiceFile } from './practice-catalogue.ts'
import { Practice } from './practice.ts'

/** Two members must stay ready: one of three may be taken away, and only while nobody else does. */
export const QUORUM_RULES = `${practiceFile('rules/practice.yaml')}
  - id: keep-quorum
    text: Do not take a member away below the quorum.
    source: test
    facts:
      group: { read: practice.members, with: { app: shop } }
    checks:
      - guards: [note.write]
        hold: [target.environment]
        require:
          - group.items.filter(m, m.ready).size() > policy.quorum
    overridable: never
    next: wait until the others are ready again
`
const POLICY = practiceFile('policy.yaml').replace(
  '  mostShare:',
  '  quorum: { is: 2, unit: count, source: test }\n  leasePatience: { is: 1s, source: test }\n  mostShare:',
)

/** A practice installation with these rules and three members that are ready; these files replace or add to its own. */
export async function openQuorum(files: Readonly<Record<string, string>>): Promise<Practice> {
  const practice = await Practice.open({
    files: { 'rules/practice.yaml': QUORUM_RULES, 'policy.yaml': POLICY, ...files },
  })
  const ready = ['m-1', 'm-2', 'm-3'].map((member) => ({ member, ready: true }))
  practice.world.members = { items: ready, complete: true }
  // Whoever takes a member away, takes one that was ready.
  practice.world.after.set('/change', () => {
    const { items } = practice.world.members as { items: typeof ready }
    const at = items.findIndex((item) => item.ready)
    const away = { member: items[at]?.member ?? '', ready: false }
    practice.world.members = { items: items.with(at, away), complete: true }
  })
  return practice
}
