import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'

/** What a reader sees of a case; that the checker prints just this is held by the golden tests. */
const shown = (name: string) => readFileSync(new URL(`testdata/${name}.golden`, import.meta.url), 'utf8')

type Row = readonly [trap: string, cases: readonly string[], says: string]

/** Every trap that the checker must refuse, with the case that walks into it and the words that help out of it. */
const TRAPS: readonly Row[] = [
  ['a predicate that begins with !', ['syntax/predicate-with-bang'], 'write `edges.ok == false`'],
  [
    'a predicate that begins with a quote or a star',
    ['syntax/predicate-with-quote', 'syntax/predicate-with-star'],
    'a predicate cannot begin with',
  ],
  ['a tag, which YAML only warns of', ['syntax/explicit-tag'], 'RB0004'],
  [
    'a text cut by a comment',
    ['syntax/text-cut-by-comment', 'questions/text-cut-by-comment'],
    'put the value in quotes',
  ],
  ['a text with a colon', ['syntax/text-with-colon', 'questions/text-with-a-colon'], 'put the text in quotes'],
  ['a text in braces with a comma', ['syntax/text-in-braces-with-comma'], 'RB0101'],
  ['braces without quotes', ['syntax/braces-without-quotes'], 'put it in quotes'],
  ['a hyphen in a name', ['structure/hyphen-in-name'], 'write `lookUp`'],
  ['a reserved word as a name', ['structure/reserved-word'], 'is a word of the expression language'],
  ['a fact used before it was read', ['plans/fact-before-it-is-read', 'loops/list-not-read'], 'has not been read'],
  [
    'a result that may not exist',
    ['plans/result-that-may-not-exist', 'calls/output-without-the-call'],
    'has no value on the path',
  ],
  ['a fact that depends on such a result', ['plans/fact-of-a-result-that-may-not-exist'], 'cannot be read here'],
  [
    'a case that never comes',
    ['references/case-that-never-comes', 'questions/option-that-never-comes', 'calls/outcome-that-never-comes'],
    'did you mean',
  ],
  [
    'a condition that is always met',
    ['plans/condition-always-met', 'plans/condition-always-met-in-a-block'],
    'drop `when`',
  ],
  [
    'a condition that is never met',
    ['plans/condition-never-met', 'plans/step-nothing-comes-to-in-a-block'],
    'no path fulfils this condition',
  ],
  ['an expectation that cannot change', ['expressions/unchanging-expectation'], 'it can never change'],
  [
    'an expectation that reads its own premise',
    ['plans/expectation-reads-its-premise'],
    'keep the value on which the decision rested',
  ],
  [
    'a premise that is read again before the write',
    ['plans/premise-read-again', 'loops/premise-read-again-in-a-loop'],
    'the decision rested on another value',
  ],
  ['a bare path', ['references/bare-path'], 'write `"{{'],
  ['a predicate that names no fact', ['expressions/no-fact'], 'names no fact'],
  ['a number in a predicate', ['expressions/number-without-name'], 'tips a decision and has no name'],
  ['a literal bound that decides', ['plans/bound-that-decides'], 'name it in policy.yaml'],
  [
    'no bound',
    ['structure/wait-without-bound', 'structure/approval-without-bound', 'questions/no-bound'],
    'without a bound',
  ],
  ['a digest and a text', ['expressions/digest-and-text', 'references/tag-for-a-digest'], 'a digest'],
  ['an epoch and a number', ['expressions/epoch-and-number'], 'an epoch'],
  ['two clocks', ['expressions/two-clocks'], 'of the clock'],
  ['two enums', ['expressions/two-enums'], 'a word of `binding-state` and a word of `judge`'],
  ['a misspelt word', ['expressions/misspelt-word'], 'did you mean'],
  ['null and a choice between values', ['expressions/null-and-ternary'], '`.known`'],
  ['has and matches', ['expressions/has-and-matches'], 'is not known here'],
  ['dyn and int', ['expressions/dyn-and-int'], 'every value has its type'],
  ['a list whose emptiness was not thought of', ['expressions/emptiness'], 'an empty list is unknown'],
  ['an effect without undo and leaves', ['references/effect-without-leaves', 'undo/nothing-said'], 'what stays behind'],
  ['a literal for a filled-in value', ['references/literal-for-a-filled-in-value'], 'is filled in from'],
  [
    'a literal for an expected value',
    ['references/literal-for-expected-value'],
    'comes from the reading on which the decision rested',
  ],
  ['a path in a query', ['references/path-in-query'], 'use a named parameter'],
  ['a block in a text', ['references/block-in-text'], 'no block, no helper, no expression'],
  ['a success without a claim of its goal', ['references/success-without-claim'], 'a success of the goal'],
  [
    'names of nothing',
    [
      'references/unknown-claim',
      'references/unknown-role',
      'references/unknown-rule',
      'references/unknown-reading',
      'references/unknown-policy-value',
      'questions/option-of-an-unknown-effect',
      'calls/unknown-runbook',
    ],
    'did you mean',
  ],
  ['a fact never read', ['references/fact-that-nothing-reads'], 'no step reads'],
  ['a policy value never used', ['policy/nothing-uses-it'], 'nothing uses'],
  ['an outcome after the one without when', ['structure/outcome-after-the-last'], 'put the one without `when` last'],
  ['no outcome without when', ['structure/no-last-outcome'], 'a run could end without one'],
  ['a rule whose effects no action has', ['rules/effect-no-action-has'], 'the rule would bind to nothing'],
  ['a check that does not fit one of its effects', ['rules/target-of-a-parent-lacks-a-field'], 'RB0305'],
  ['judgement words', ['structure/judgement-words', 'questions/judgement-word'], 'leaves the decision to judgement'],
]

/** The lints of the requirements, each with its failing vectors, but for those of the manual that tells what an alert means. */
const LINTS: readonly Row[] = [
  ['L-TH: words that leave a decision to judgement', ['structure/judgement-words'], 'leaves the decision to judgement'],
  ['L-TH: a number where a threshold has a name', ['expressions/burn-rate-as-a-number'], 'tips a decision'],
  ['L-TOOL: a tool that the allowlist does not have', ['references/tool-nobody-allowed'], 'there is no action'],
  ['L-TOOL: a command that is put together of parts', ['allowlist/part-of-an-argument'], 'fills one whole argument'],
  ['L-STEP1: a mitigation of which nothing says what it leaves', ['references/effect-without-leaves'], 'stays behind'],
  ['L-CAP: a drain before what it destroys was looked at', ['rules/restart-before-capture'], 'no step before it reads'],
  ['L-DN: a rule with prose only', ['rules/prose-only'], 'RB0102'],
  ['L-ORD: logs before state', ['rules/logs-before-state'], 'is not surely read or done before'],
  ['L-TAINT: an owner chosen by health', ['rules/owner-chosen-by-health'], 'comes from prometheus.errorRatio too'],
  [
    'L-ENV: an environment as a literal',
    ['references/literal-for-a-filled-in-value'],
    'a literal would name another one',
  ],
  ['L-DIG: a tag for a digest', ['references/tag-for-a-digest'], 'is a digest'],
  [
    'L-BUD: a wait without a bound, and a bound that is no duration',
    ['structure/wait-without-bound', 'structure/not-a-duration'],
    'error[RB011',
  ],
  ['L-ROUTE: a runbook that leads nowhere', ['calls/unknown-runbook'], 'there is no runbook'],
  ['L-ROUTE: a way for a result that never comes', ['references/case-that-never-comes'], 'did you mean'],
  ['L-EVID: evidence that is declared and that nothing reads', ['references/fact-that-nothing-reads'], 'no step reads'],
  [
    'L-BR: an end that no branch has, and no end for the rest',
    ['plans/outcome-nothing-reaches', 'structure/no-last-outcome'],
    'outcome',
  ],
  ['L-BR: a step that nothing comes to', ['plans/step-nothing-comes-to'], 'no path comes to'],
  ['L-SQL: a statement in a runbook', ['references/statement-of-sql'], 'there is no reading'],
  [
    'L-SEC2: a secret in a text, a label or an id',
    ['head/secret-in-a-text', 'head/secret-from-a-label', 'head/secret-in-coalesce'],
    'secret',
  ],
  ['L-SEC2: a secret that stands in the file', ['head/secret-in-the-file'], 'the secret itself stands in no file'],
  [
    'L-TOPO: a call to where the runbook does not apply',
    ['calls/where-it-does-not-apply'],
    'applies to `single-host` only',
  ],
  ['L-FRESH: no owner', ['head/owner-missing'], 'needs `owner`'],
  ['L-FRESH: an owner that nobody is', ['references/unknown-role'], 'there is no role'],
  ['L-FRESH: a renamed file', ['structure/id-is-not-file-name'], 'rename the file'],
]

/** What an alert's page says, and how the pages hang together: sections, index, queries, gaps, coverage. */
const OF_THE_MANUAL = ['L-SEC', 'L-IDX', 'L-PROM', 'L-GAP', 'L-COV']

test("the 22 lints are the checker's, or the manual's", () => {
  const own = new Set(LINTS.map(([name]) => name.slice(0, name.indexOf(':'))))
  expect(own.size + OF_THE_MANUAL.length).toBe(22)
  expect(OF_THE_MANUAL.filter((name) => own.has(name))).toEqual([])
})

describe.each([
  ['trap', TRAPS],
  ['lint', LINTS],
])('every %s is told in its own words:', (_kind, rows) => {
  test.each(rows)('%s', (_trap, cases, says) => {
    for (const name of cases) expect(shown(name), name).toContain(says)
  })
})

test('what YAML would rewrite keeps its source, and is no mistake', () => {
  expect(shown('syntax/scalars-keep-their-source')).toBe('')
})
