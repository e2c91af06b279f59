import type { CodeTable } from './entry.ts'

/** RB01: the shape of a file. */
export const structure: CodeTable = {
  RB0101: {
    title: 'unknown key',
    cause: 'A misspelt key would be ignored, and with it what it should have done.',
    wrong: 'contineuOn: [denied]',
    right: 'continueOn: [denied]',
  },
  RB0102: {
    title: 'missing key',
    cause: 'Without it the meaning of the file is open.',
    wrong: '- id: look',
    right: '- id: look\n  read: [owner]',
  },
  RB0103: {
    title: 'wrong shape',
    cause: 'A list, a map and a single value mean different things.',
    wrong: 'doNot: no-rebuild',
    right: 'doNot: [no-rebuild]',
  },
  RB0104: {
    title: 'name that is not written as names are',
    cause:
      'Expressions would read an operator: `roll-back` is a subtraction. Ids of runbooks, rules, roles, cases and outcomes are values, in kebab-case.',
    wrong: '- id: roll-back',
    right: '- id: rollBack',
  },
  RB0105: {
    title: 'reserved word as a name',
    cause: 'The expression language has this word already.',
    wrong: '- id: return',
    right: '- id: giveBack',
  },
  RB0106: {
    title: 'name used twice, or one that hides another',
    cause: 'An expression could mean either; of two files of one name, one would be passed over.',
    wrong: '- id: owner   # also a fact',
    right: '- id: readOwner',
  },
  RB0107: {
    title: 'word that is not one of those there are',
    cause: 'The place takes one of a closed set of words.',
    wrong: 'mode: automatic',
    right: 'mode: act',
  },
  RB0108: {
    title: 'id that is not the file name',
    cause: 'The id is the type of the workflow; the file is where people look for it.',
    wrong: 'runbook: deploy   # in bad-deploy.yaml',
    right: 'runbook: bad-deploy',
  },
  RB0109: {
    title: 'more or less than one form',
    cause: 'A step is of one kind and a check of one form, so that it can be read in one way.',
    wrong: '- id: x\n  do: platform.freezePromotions\n  decide: {}',
    right: '- id: x\n  do: platform.freezePromotions',
  },
  RB0110: {
    title: 'key without its partner',
    cause: '`within`, `holdsFor` and the `read` of a `do` step belong to `expect`, `hold` to an effect.',
    wrong: '- id: x\n  read: [owner]\n  within: 5m',
    right: '- id: x\n  read: [owner]',
  },
  RB0111: {
    title: 'type that no action knows',
    cause: 'Ids and enums are those of the contracts.',
    wrong: 'inputs: { app: application }',
    right: 'inputs: { app: app }',
  },
  RB0112: {
    title: 'value of another type',
    cause: 'The place takes a value of one type, written in one way.',
    wrong: 'within: five minutes',
    right: 'within: 5m',
  },
  RB0113: {
    title: 'no bound',
    cause: 'What waits without a bound waits for ever, at night.',
    wrong: 'expect: freeze.active',
    right: 'expect: freeze.active\nwithin: policy.patience',
  },
  RB0114: {
    title: 'outcomes out of order',
    cause: 'They are looked at in order; the last one has no `when`, so that every run has an end.',
    wrong: 'unclear: { as: escalated }\nlate: { as: escalated, when: { x: done } }',
    right: 'late: { as: escalated, when: { x: done } }\nunclear: { as: escalated }',
  },
  RB0115: {
    title: 'judgement words',
    cause: "A person who decides needs the number, not its author's feeling.",
    wrong: 'approve: Did it fail recently?',
    right: 'approve: "Did it fail within {{policy.correlationWindow}}?"',
  },
  RB0116: {
    title: 'review of a runbook that is due',
    cause:
      'The policy value `reviewWithin` says how long a review lasts; a platform changes under a runbook that nobody looks at. It is a warning: what was right is still compiled, and runs.',
    wrong: 'runbook: bad-deploy   # and nothing says when it was reviewed',
    right: 'runbook: bad-deploy\nlastReviewed: 2026-08-21',
  },
}
