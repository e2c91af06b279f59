import { sourceOf } from '../../engine/language/catalogue.ts'
import type { CatalogueSources } from '../../engine/language/catalogue.ts'

const CLAIMS =
  'succeeded succeeded-with-exception blocked aborted failed-safe failed-unsafe escalated platform-defect deadline-enforced deferred'

const EFFECTS = `
effects:
  route.own: { target: { environment: environment, app: app } }
  route.switch: { under: route.own, target: { to: digest, expectedEpoch: epoch } }
  note.write: { protective: true, target: { environment: environment } }
  claim: { protective: true, target: { run: run } }
${CLAIMS.split(' ')
  .map((claim) => `  claim.${claim}: { under: claim }`)
  .join('\n')}
  claim.switched: { under: claim, target: { environment: environment, app: app } }
goals:
  service: [switched]
`

const POLICY = `
slos: {}
values:
  conflictRounds: { is: 2, unit: count, source: test }
  unknownFor: { is: 0s, source: test }
  mostShare: { is: 40%, unit: ratio, source: test }
roles:
  on-call: { text: is called }
  lead: { text: leads }
`

const RULES = `
rules:
  - id: only-when-sick
    text: Do not switch a route that is well.
    source: test
    facts:
      health: practice.health
    checks:
      - guards: [route.switch]
        require:
          - health.state == 'sick'
      - guards: [claim.switched]
        require:
          - health.state == 'well'
    overridable: never
    next: look again
`

/** A route is switched where it is sick; a note says why. */
export const SWITCH = `
runbook: switch
title: Switch a route that is sick
source: test
owner: on-call
goal: service
inputs: { environment: environment, app: app, to: digest }
triggers: []
coalesce: [environment, app]
doNot: [only-when-sick]
facts:
  owner: practice.owner
  health: practice.health
steps:
  - id: look
    read: [owner, health]
  - id: judge
    decide:
      sick: health.state == 'sick' && health.share > policy.mostShare
    otherwise: well
  - id: move
    when: { judge: sick }
    do: practice.switchOwner
    with: { to: "{{inputs.to}}", expectedEpoch: "{{owner.epoch}}" }
    leaves: the other artifact serves
outcomes:
  switched: { as: succeeded, when: { move: done }, claim: [switched], tell: [lead] }
  unclear: { as: escalated, tell: [on-call] }
`

/** The files of a catalogue, each replaced by the one that is given. */
export function practiceSources(files: Readonly<Record<string, string>> = {}): CatalogueSources {
  const all: Record<string, string> = {
    'effects.yaml': EFFECTS,
    'policy.yaml': POLICY,
    'calendar.yaml': 'closed: []\n',
    'allowlist.yaml': 'shell: []\nhttp: []\n',
    'rules/practice.yaml': RULES,
    'switch.yaml': SWITCH,
    ...files,
  }
  const encoder = new TextEncoder()
  return {
    files: Object.entries(all).map(([file, text]) => sourceOf(`practice/${file}`, encoder.encode(text.trimStart()))),
    overlays: [],
  }
}

/** The text of one file of it, as it is. Throws where there is none. */
export function practiceFile(name: string): string {
  const source = practiceSources().files.find(({ file }) => file === `practice/${name}`)
  if (source === undefined) throw new Error(`the practice catalogue has no ${name}`)
  return source.text
}
