import type { CodeTable } from './entry.ts'

/** RB04: every path of a runbook. */
export const plans: CodeTable = {
  RB0401: {
    title: 'fact used before it is read',
    cause: 'On some path it has no value.',
    wrong: '- id: judge\n  decide: { a: owner.epoch == x.epoch }',
    right: '- id: look\n  read: [owner, x]',
  },
  RB0402: {
    title: 'result that may not exist',
    cause: 'The step is passed over on some path.',
    wrong: 'with: { epoch: "{{rollback.epoch}}" }',
    right: 'when: { rollback: done }\nwith: { epoch: "{{rollback.epoch}}" }',
  },
  RB0403: {
    title: 'fact whose inputs may not exist',
    cause: 'It cannot be read where what it needs has no value.',
    wrong: 'read: [fit]   # needs previous',
    right: 'read: [previous, fit]',
  },
  RB0404: {
    title: 'step that never runs',
    cause: 'No path comes to it, or none fulfils its condition.',
    wrong: 'when: { a: x, b: never-with-x }',
    right: 'when: { a: x }',
  },
  RB0405: {
    title: 'condition that is always fulfilled',
    cause: 'It looks like a decision and is none.',
    wrong: 'when: { look: done }',
    right: '# no `when`',
  },
  RB0406: {
    title: 'outcome that nothing reaches',
    cause: 'It promises an end that no run has.',
    wrong: 'late: { as: escalated, when: { x: failed, y: done } }',
    right: 'late: { as: escalated, when: { x: failed } }',
  },
  RB0407: {
    title: 'too many paths',
    cause: 'Every path is thought through; nobody can do so with this many.',
    wrong: 'seventeen independent decisions that all go on',
    right: 'two runbooks',
  },
  RB0408: {
    title: 'premise that is read again',
    cause: 'The decision rested on another value: the write would hide that it has changed.',
    wrong: '- id: again\n  read: [owner]   # between the decision and the write',
    right: '# read it before the decision',
  },
  RB0409: {
    title: 'expectation that reads its own premise',
    cause: 'The effect would be compared with itself.',
    wrong: 'with: { to: "{{previous.digest}}" }\nread: [previous]\nexpect: …',
    right: 'with: { to: "{{previous.digest}}" }\nread: [running]\nexpect: …',
  },
  RB0410: {
    title: 'bound that tips a decision and has no name',
    cause: 'When the time is over the run goes on: the number decides.',
    wrong: 'within: 15m\ncontinueOn: [timed-out]',
    right: 'within: policy.patience\ncontinueOn: [timed-out]',
  },
  RB0411: {
    title: 'effect that a rule forbids',
    cause: 'The rule holds on every path of every runbook, cited or not.',
    wrong: 'do: platform.writeEdgeRoute',
    right: 'do: platform.rollbackRouteOwner',
  },
  RB0412: {
    title: 'condition on a step that comes later',
    cause: 'Its result is not known yet.',
    wrong: '- id: a\n  when: { b: done }\n- id: b',
    right: '- id: b\n- id: a\n  when: { b: done }',
  },
  RB0413: {
    title: 'success of a run that was stopped',
    cause:
      'A denial, a failure or an overdue wait stops the run, and what it did is taken back: whatever is claimed of it, it is no success.',
    wrong: 'rolled-back: { as: succeeded, when: { rollback: [done, denied] }, claim: [rolled-back] }',
    right:
      'rolled-back: { as: succeeded, when: { rollback: done }, claim: [rolled-back] }\nrollback-denied: { as: blocked, when: { rollback: denied } }',
  },
  RB0420: {
    title: 'result that is seen inside a block or a loop only',
    cause: 'A loop has a result for every item, so there is not one that could be used outside.',
    wrong:
      '- id: each\n  forEach: { e: edges.items }\n  steps:\n    - id: judge\n      decide: …\n- id: x\n  when: { judge: good }',
    right: '- id: each\n  forEach: { e: edges.items }\n  steps: …\n- id: x\n  when: { each: done }',
  },
  RB0421: {
    title: 'loop item outside of its loop',
    cause: 'There is an item only while the loop is at it.',
    wrong: '- id: each\n  forEach: { e: edges.items }\n  do: …\n- id: x\n  with: { edge: "{{e.edge}}" }',
    right: '- id: each\n  forEach: { e: edges.items }\n  do: …\n  with: { edge: "{{e.edge}}" }',
  },
  RB0440: {
    title: 'before what must come first',
    cause:
      'Logs read first suggest a cause; state read first shows it. No door guards a reading, so every path must keep the order. An effect before which no step does what must come first would be denied in every run.',
    wrong: '- id: guess\n  read: [errorLines]\n- id: look\n  read: [owner]',
    right: '- id: look\n  read: [owner]\n- id: explain\n  read: [errorLines]',
  },
  RB0441: {
    title: 'value, or choice, that comes from elsewhere',
    cause:
      'A rule says from which readings it may come; the way through facts, loops, callers and conditions is followed.',
    wrong: 'when: { health: sick }\nwith: { to: "{{healthiest.digest}}" }',
    right: 'with: { to: "{{snapshot.owner}}" }',
  },
  RB0442: {
    title: 'beginning without an end',
    cause: 'What a step begins must be ended by a later step or its undo, or be handed over.',
    wrong: '- id: hold\n  do: edge.holdRequests\n  leaves: requests wait',
    right: '- id: hold\n  do: edge.holdRequests\n- id: answer\n  do: edge.answerRequests',
  },
}
