/** A runbook that sends a route to and fro. */
export const STEPS = 'chaos-steps'
/** So many effects in each of its runs. */
export const EFFECTS = 4
/** A runbook with a question, a loop side by side, and a call. */
export const WAY = 'chaos-way'

/** How a run is begun, what becomes of it, and what it must have done then. */
export interface Form {
  readonly name: string
  readonly runbook: typeof STEPS | typeof WAY
  /** Whose answer its question gets: a name, a signature, or none at all. */
  readonly answer: 'plain' | 'signed' | 'none'
  /** The called runbook finds nothing to go back to: it is denied, and all that was done is taken back. */
  readonly back: boolean
  /** Absent: the run waits to the end. */
  readonly ends?: 'finished' | 'blocked'
  /** Instances of steps that had an effect by then, each once. */
  readonly effects: readonly string[]
}

const SENT = ['send.0', 'send.1', 'send.2']
const FORTH = [...SENT, 'moved.freezeNow', 'moved.send']
const TAKEN_BACK = [...SENT, 'moved.freezeNow']
const BACK = [...TAKEN_BACK, ...TAKEN_BACK.map((step) => `${step}-undo`)]
const ROUND_TRIP = Array.from({ length: EFFECTS }, (_, at) => `send${at + 1}`)

/** In turn, so that a few runs have one of each. */
const FORMS: readonly Form[] = [
  { name: 'back', runbook: WAY, answer: 'plain', back: true, ends: 'blocked', effects: BACK },
  { name: 'forth', runbook: WAY, answer: 'signed', back: false, ends: 'finished', effects: FORTH },
  { name: 'waiting', runbook: WAY, answer: 'none', back: false, effects: [] },
  { name: 'to and fro', runbook: STEPS, answer: 'none', back: false, ends: 'finished', effects: ROUND_TRIP },
  { name: 'forth', runbook: WAY, answer: 'plain', back: false, ends: 'finished', effects: FORTH },
  { name: 'back', runbook: WAY, answer: 'signed', back: true, ends: 'blocked', effects: BACK },
  { name: 'to and fro', runbook: STEPS, answer: 'none', back: false, ends: 'finished', effects: ROUND_TRIP },
  { name: 'forth', runbook: WAY, answer: 'signed', back: false, ends: 'finished', effects: FORTH },
]

/** The form of the run with this number. */
export function formOf(number: number): Form {
  const form = FORMS[number % FORMS.length]
  if (form === undefined) throw new Error('runs are numbered from 0')
  return form
}
