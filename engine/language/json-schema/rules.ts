import { RULE_FACTS } from './facts.ts'
import { about, closed, either, listOf, someOf } from './schema.ts'
import type { Schema } from './schema.ts'
import { EFFECT, ID, PREDICATE, TEXT } from './words.ts'

const EFFECTS = someOf(EFFECT)

const REQUIRE = closed({
  what: 'a check',
  text: 'Before any of these effects, all predicates hold.',
  required: {
    guards: about('Effects; a check on one guards everything under it.', EFFECTS),
    require: about('Predicates over `target` and the facts of the rule: all of them.', someOf(PREDICATE)),
  },
})

const FORBID = closed({
  what: 'a check',
  text: 'No runbook has these effects, or none in a run with certain others.',
  required: { forbid: about('Effects that are refused.', EFFECTS) },
  optional: { inRunsWith: about('Only in runs that have one of these effects.', EFFECTS) },
})

const RULE = closed({
  what: 'a rule',
  text: 'Something that is not to be done, held at the moment of the effect.',
  required: {
    id: about('How runbooks cite it: kebab-case.', ID),
    text: about('The rule in the words of its source.', TEXT),
    source: about('Where it comes from.', TEXT),
    checks: about('What is checked; each check has one form.', someOf(either(REQUIRE, FORBID))),
    overridable: about('Nobody can override it.', { const: 'never' }),
    next: about('What to do instead.', TEXT),
  },
  optional: { facts: RULE_FACTS },
})

/** A file of rules: `rules/*.yaml`. */
export const RULES: Schema = closed({
  what: 'a rules file',
  text: 'Rules of Runproof: what is not to be done.',
  required: { rules: about('The rules.', listOf(RULE)) },
})
