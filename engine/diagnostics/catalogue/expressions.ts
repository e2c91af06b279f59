import type { CodeTable } from './entry.ts'

/** RB03: predicates. */
export const expressions: CodeTable = {
  RB0301: {
    title: 'not a predicate',
    cause: 'The text cannot be read as an expression.',
    wrong: 'a: owner.epoch ==',
    right: 'a: owner.epoch == other.epoch',
  },
  RB0302: {
    title: 'predicate that is too big',
    cause: 'A person must be able to read it.',
    wrong: 'a: x.ok && x.ok && …',
    right: 'a: x.ok',
  },
  RB0303: {
    title: 'construct that the language does not have',
    cause: '`null`, `has`, `dyn`, `matches`, ternaries and conversions make `unknown` look like true or false.',
    wrong: 'a: e.operation != null',
    right: 'a: e.operation.known',
  },
  RB0304: {
    title: 'name that nothing has',
    cause: 'Facts, steps, `inputs`, `policy` and `run` can be named; in rules facts, `target`, `policy` and `run`.',
    wrong: 'a: onwer.epoch == x.epoch',
    right: 'a: owner.epoch == x.epoch',
  },
  RB0305: {
    title: 'no such field',
    cause: "Fields are those of the reading's contract.",
    wrong: 'a: owner.epohc == x.epoch',
    right: 'a: owner.epoch == x.epoch',
  },
  RB0306: {
    title: 'two types that do not meet',
    cause: 'A digest is not text, an epoch not a number, and times of two clocks have no order.',
    wrong: "a: owner.digest == 'v1.2'",
    right: 'a: owner.digest == previous.digest',
  },
  RB0307: {
    title: 'misspelt word',
    cause: 'The word would never be met.',
    wrong: "a: b.state == 'redy'",
    right: "a: b.state == 'ready'",
  },
  RB0308: {
    title: 'number without a name',
    cause: 'A number that tips a decision has a name, a unit and a source.',
    wrong: 'a: errors.ratio < 0.005',
    right: 'a: errors.ratio < policy.errorStop',
  },
  RB0309: {
    title: 'value that may be absent',
    cause:
      'There is no null. `.known` says whether it is there, in a case of its own; a predicate with its `.value` is unknown where it is absent, whatever else it says.',
    wrong: 'a: e.operation == op.id',
    right: 'a: e.operation.value == op.id',
  },
  RB0310: {
    title: 'predicate that names no fact',
    cause: 'It always says the same.',
    wrong: 'a: 1 == 1',
    right: 'a: owner.epoch == x.epoch',
  },
  RB0311: {
    title: 'emptiness that can never be seen',
    cause: 'An empty list is unknown unless the fact says that empty is a value.',
    wrong: 'a: sessions.items.size() == 0',
    right: 'facts:\n  sessions: { read: platform.sessions, ifEmpty: allow }',
  },
  RB0312: {
    title: 'expectation that cannot change',
    cause: 'It names none of the facts that are read again.',
    wrong: 'read: [edges]\nexpect: owner.epoch == x.epoch',
    right: 'read: [owner]\nexpect: owner.epoch == x.epoch',
  },
  RB0313: {
    title: 'judgement on diagnostic readings alone',
    cause: 'Logs explain; they are not the truth.',
    wrong: 'a: logs.count > 0',
    right: 'a: errors.ratio > policy.errorStop',
  },
}
