import type { CodeTable } from './entry.ts'

/** RB06: what the language knows and this version does not carry out yet. */
export const notYet: CodeTable = {
  RB0601: {
    title: 'forEach: a step for each item',
    cause: 'A feature that is not carried out is an error at its place, and never silently passed over.',
    wrong: '- id: x\n  forEach: { e: edges.items }\n  do: …',
    right: '- id: x\n  do: …',
  },
  RB0602: {
    title: 'steps: a block of steps',
    cause: 'A feature that is not carried out is an error at its place, and never silently passed over.',
    wrong: '- id: x\n  steps: […]',
    right: 'the steps, one after another',
  },
  RB0603: {
    title: 'ask: a question to a person',
    cause: 'A feature that is not carried out is an error at its place, and never silently passed over.',
    wrong: '- id: x\n  ask: Which way out?',
    right: 'an outcome `as: escalated` that says what was found',
  },
  RB0604: {
    title: 'call: another runbook',
    cause: 'A feature that is not carried out is an error at its place, and never silently passed over.',
    wrong: '- id: x\n  call: provider-outage',
    right: 'an outcome `as: escalated` that tells who starts it',
  },
  RB0605: {
    title: 'undo: the way back',
    cause: 'A feature that is not carried out is an error at its place, and never silently passed over.',
    wrong: 'undo: { do: platform.liftFreeze }',
    right: 'leaves: what stays, and is safe',
  },
  RB0606: {
    title: 'schedule: a trigger by time',
    cause: 'A feature that is not carried out is an error at its place, and never silently passed over.',
    wrong: '- schedule: "0 3 * * *"',
    right: '- alert: [Name]',
  },
  RB0607: {
    title: 'after: rules of order',
    cause: 'A feature that is not carried out is an error at its place, and never silently passed over.',
    wrong: '- guards: [a.b]\n  after: [c.d]',
    right: '- guards: [a.b]\n  require: [fact.done]',
  },
  RB0608: {
    title: 'onlyFrom: rules of origin',
    cause: 'A feature that is not carried out is an error at its place, and never silently passed over.',
    wrong: '- guards: [a.b]\n  onlyFrom: [x.y]',
    right: '- guards: [a.b]\n  require: [fact.ok]',
  },
  RB0609: {
    title: 'during: rules over an interval',
    cause: 'A feature that is not carried out is an error at its place, and never silently passed over.',
    wrong: '- during: { from: a.b, to: c.d }',
    right: '- guards: [a.b]\n  require: [fact.ok]',
  },
  RB0610: {
    title: 'mustWithin: obligations',
    cause: 'A feature that is not carried out is an error at its place, and never silently passed over.',
    wrong: '- mustWithin: { after: a.b, do: c.d, within: policy.x }',
    right: '- guards: [claim]\n  require: [fact.ok]',
  },
  RB0611: {
    title: 'each: a verdict for every item',
    cause: 'A feature that is not carried out is an error at its place, and never silently passed over.',
    wrong: 'each: { g: groups.items }',
    right: 'require:\n  - groups.items.all(g, g.ok)',
  },
  RB0612: {
    title: 'hold: leases of a rule',
    cause: 'A feature that is not carried out is an error at its place, and never silently passed over.',
    wrong: 'hold: [groups.items]',
    right: '# no `hold`',
  },
  RB0613: {
    title: 'overridable: break-glass',
    cause: 'A feature that is not carried out is an error at its place, and never silently passed over.',
    wrong: 'overridable: { when: x.ok, who: lead }',
    right: 'overridable: never',
  },
  RB0614: {
    title: 'outputs: values for a caller',
    cause: 'A feature that is not carried out is an error at its place, and never silently passed over.',
    wrong: 'outputs: { epoch: "{{rollback.epoch}}" }',
    right: '# no `outputs`',
  },
  RB0615: {
    title: 'topology: where a runbook applies',
    cause: 'A feature that is not carried out is an error at its place, and never silently passed over.',
    wrong: 'topology: [multi-host]',
    right: '# no `topology`',
  },
  RB0616: {
    title: 'secret: inputs that are references',
    cause: 'A feature that is not carried out is an error at its place, and never silently passed over.',
    wrong: 'token: { type: text, secret: true }',
    right: 'connections of the configuration',
  },
  RB0617: {
    title: 'output: a typed output of an allowlist entry',
    cause: 'A feature that is not carried out is an error at its place, and never silently passed over.',
    wrong: 'output: provider-status',
    right: 'an action of its own',
  },
}
