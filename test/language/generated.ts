import fc from 'fast-check'

/** A runbook of random steps over the contracts of the tests, with the steps that it has. */
export interface Generated {
  readonly text: string
  readonly ids: readonly string[]
}

/** What has been generated at a place of a runbook: names are numbered, and conditions ask for what stands above. */
interface So {
  readonly next: () => string
  readonly random: () => number
  readonly decided: readonly { readonly id: string; readonly words: readonly string[] }[]
  readonly looped: boolean
  readonly depth: number
}

const PREDICATES = [
  'state.drained',
  'errors.worst == previous.digest',
  'owner.epoch == previous.epoch',
  "bindings.items.all(b, b.state == 'ready')",
  'errors.ratio > policy.errorStop',
  'hosts.items.size() == 0',
]
const FACTS = ['state', 'errors', 'owner', 'previous', 'bindings', 'hosts', 'next', 'fit']
const HEAD = `runbook: acts
title: Generated
source: ours
owner: on-call
goal: service
inputs: { environment: environment, app: app, host: host }
coalesce: [app]
doNot: []
facts:
  state: platform.hostState
  errors: prometheus.errorRatio
  owner: platform.routeOwner
  previous: platform.previousOwner
  bindings: platform.bindings
  hosts: { read: platform.hosts, ifEmpty: allow }
  next: { read: platform.successorOf, with: { digest: "{{errors.worst}}" } }
  fit: { read: platform.artifactFit, with: { digest: "{{errors.worst}}" } }
  itsState: { read: platform.hostState, with: { host: "{{one.host}}" } }
`
const LISTED = `  - id: each
    forEach: { one: hosts.items }
    steps:
      - { id: itself, read: [itsState] }
`

/** Runbooks with every kind of step, nested and looped; a few have a mistake, such as a condition that always holds. */
export const runbooks: fc.Arbitrary<Generated> = fc
  .array(fc.nat(1_000_000), { minLength: 60, maxLength: 60 })
  .map((numbers) => generate(numbers))

function generate(numbers: readonly number[]): Generated {
  let used = 0
  let made = 0
  const ids: string[] = []
  const next = () => {
    made += 1
    const id = `s${made}`
    ids.push(id)
    return id
  }
  const random = () => {
    used += 1
    return ((numbers[used % numbers.length] ?? 0) * 31 + used * 7) % 1_000_003
  }
  const steps = level(3 + (random() % 5), { next, random, decided: [], looped: false, depth: 0 })
  const outcomes = `outcomes:\n  unclear: { as: escalated, tell: [on-call] }\n`
  const look = `  - id: look\n    read: [${FACTS.join(', ')}]\n`
  return {
    text: `${HEAD}steps:\n${look}${LISTED}${steps.join('')}${outcomes}`,
    ids: ['look', 'each', 'itself', ...ids],
  }
}

function level(count: number, so: So): string[] {
  const steps: string[] = []
  let decided = so.decided
  for (let at = 0; at < count; at += 1) {
    const made = step({ ...so, decided })
    steps.push(made.text.replaceAll(/^(?=.)/gm, '  '))
    if (made.words !== undefined) decided = [...decided, { id: made.id, words: made.words }]
  }
  return steps
}

interface Made {
  readonly id: string
  readonly text: string
  readonly words?: readonly string[]
}

function step(so: So): Made {
  const id = so.next()
  const head = `- id: ${id}\n${whenIn(so)}`
  const kinds = so.depth < 2 ? 12 : 9
  switch (so.random() % kinds) {
    case 0:
    case 1:
      return { id, text: `${head}  read: [${some(FACTS, so).join(', ')}]\n` }
    case 2:
    case 3:
      return decision(id, head, so)
    case 4:
      return {
        id,
        text: `${head}  approve: Go on?\n  who: lead\n  within: policy.patience\n  continueOn: [denied, timed-out]\n`,
      }
    case 5:
      return question(id, head, so)
    case 6:
    case 7:
    case 8:
      return { id, text: act(id, head, so) }
    case 9:
      return { id, text: `${head}  call: tend\n  continueOn: [tended, left-alone, failed, denied]\n` }
    default:
      return block(id, head, so)
  }
}

function decision(id: string, head: string, so: So): Made {
  const words = ['aa', 'bb', 'cc'].slice(0, 1 + (so.random() % 3))
  const cases = words.map((word) => `    ${word}: "${pick(PREDICATES, so)}"\n`).join('')
  const goesOn = [...words, 'dd', 'unknown', ...(words.length > 1 ? ['mixed'] : [])].filter(() => so.random() % 4 > 0)
  const on = goesOn.length === 0 ? ['dd'] : goesOn
  const text = `${head}  decide:\n${cases}  otherwise: dd\n  continueOn: [${on.join(', ')}]\n`
  return { id, text, words: on }
}

function question(id: string, head: string, so: So): Made {
  const effects = pick(['[]', '[promotion.freeze]', '[host.undrain]', '[status.publish]'], so)
  const choose = `  choose:\n    left: { effects: ${effects} }\n    right: { effects: [] }\n`
  return {
    id,
    text: `${head}  ask: Which?\n  who: lead\n  within: policy.patience\n${choose}`,
    words: ['left', 'right'],
  }
}

function act(id: string, head: string, so: So): string {
  const goesOn = so.random() % 3 === 0 ? '  continueOn: [denied, failed]\n' : ''
  const stays = '  leaves: it stays\n'
  switch (so.random() % 4) {
    case 0:
      return `${head}  do: platform.tell\n  with: { cause: other }\n${stays}${goesOn}`
    case 1:
      return `${head}  do: platform.freezePromotions\n  with: { lasts: 5m }\n${stays}${goesOn}`
    case 2: {
      const undo = `  undo: { do: platform.rollbackRouteOwner, with: { to: "{{owner.digest}}", expectedEpoch: "{{${id}.epoch}}" } }\n`
      const how = so.random() % 2 === 0 ? undo : stays
      return `${head}  do: platform.rollbackRouteOwner\n  with: { to: "{{previous.digest}}", expectedEpoch: "{{owner.epoch}}" }\n${how}${goesOn}`
    }
    default: {
      // In a loop the host is filled in from the item.
      const given = `expectedVersion: "{{${so.looped ? 'itsState' : 'state'}.version}}"`
      const undo = `  undo: { do: platform.undrainHost, with: { expectedVersion: "{{${id}.version}}" } }\n`
      return `${head}  do: platform.drainHost\n  with: { ${given} }\n${so.random() % 2 === 0 ? undo : stays}${goesOn}`
    }
  }
}

function block(id: string, head: string, so: So): Made {
  const loops = !so.looped && so.random() % 2 === 0
  const forEach = loops ? `  forEach: { one: hosts.items }\n${so.random() % 2 === 0 ? '  atOnce: 2\n' : ''}` : ''
  const inner = level(1 + (so.random() % 4), { ...so, depth: so.depth + 1, looped: so.looped || loops })
  const own = so.looped || loops ? `    - { id: ${so.next()}, read: [itsState] }\n` : ''
  const goesOn = so.random() % 2 === 0 ? '  continueOn: [failed]\n' : ''
  return { id, text: `${head}${forEach}${goesOn}  steps:\n${own}${inner.join('').replaceAll(/^(?=.)/gm, '  ')}` }
}

function whenIn({ decided, random }: So): string {
  const one = decided[random() % Math.max(decided.length * 2, 1)]
  if (one === undefined) return ''
  const words = one.words.filter(() => random() % 2 === 0)
  const asked = words.length === 0 || words.length === one.words.length ? one.words.slice(0, 1) : words
  return `  when: { ${one.id}: [${asked.join(', ')}] }\n`
}

function pick<T>(from: readonly T[], { random }: So): T {
  return from[random() % from.length]!
}

function some(from: readonly string[], so: So): string[] {
  const found = from.filter(() => so.random() % 3 === 0)
  return found.length === 0 ? [pick(from, so)] : found
}
