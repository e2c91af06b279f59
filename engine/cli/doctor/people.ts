import type { Config } from '../../host/config.ts'
import { compileConfigured } from '../../host/installation.ts'
import { allowedSignersOf } from '../../host/votes.ts'
import { note, ok } from './finding.ts'
import type { Finding, Look } from './finding.ts'

/** Has every role of the catalogue people, and does every role of the configuration exist? */
export const people: Look = {
  part: 'people',
  look: async ({ config }) => {
    const { roles } = await compileConfigured(config)
    const empty = Object.keys(roles).filter((role) => (config.roles[role] ?? []).length === 0)
    const strange = Object.keys(config.roles).filter((role) => !Object.hasOwn(roles, role))
    const found: Omit<Finding, 'part'>[] = [
      ...(empty.length === 0 ? [] : [nobodyIs(empty)]),
      ...strange.map((role) =>
        note(`no policy declares the role \`${role}\``, 'declare it in policy.yaml, or take it out of runproof.yaml'),
      ),
    ]
    const roled = found.length === 0 ? [ok(`${Object.keys(roles).length} roles, each with people`)] : found
    return [...roled, signers(config)]
  },
}

function nobodyIs(roles: readonly string[]): Omit<Finding, 'part'> {
  const named = roles.map((role) => `\`${role}\``).join(', ')
  const those = roles.length === 1 ? 'it is' : 'they are'
  return note(
    `nobody is ${named}: what ${those} asked stays open`,
    `name people in runproof.yaml: roles: { ${roles[0] ?? ''}: [<user>] }`,
  )
}

/** Without signatures nobody is a second person: what a person has started cannot be approved (G26). */
function signers(config: Config): Omit<Finding, 'part'> {
  const listed = allowedSignersOf(config)
  if ('problem' in listed) return note(`nobody can sign votes: ${listed.problem}`, listed.hint)
  return ok(`votes are verified against ${config.votes.allowedSigners}`)
}
