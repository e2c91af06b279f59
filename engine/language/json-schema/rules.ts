import {
  CHECK_KEYS,
  DURING_KEYS,
  MUST_WITHIN_KEYS,
  OVERRIDABLE_KEYS,
  RULES_FILE_KEYS,
  RULE_KEYS,
} from '../rules/keys.ts'
import { RULE_FACTS } from './facts.ts'
import { about, closed, either, listOf, mapOf, oneOf, someOf } from './schema.ts'
import type { Schema } from './schema.ts'
import { BOUND, EFFECT, FIELD_PATH, ID, NAME, PATH, PREDICATE, TEXT, WORD } from './words.ts'

const EFFECTS = someOf(EFFECT)

const GUARDS = about('Effects; a check on one guards everything under it.', EFFECTS)
const PREDICATES = about('Predicates over `target` and the facts of the rule: all of them.', someOf(PREDICATE))
const EACH = about(
  'A verdict for every item of a list: `{ group: groups.items }`.',
  mapOf(FIELD_PATH, NAME, { minProperties: 1, maxProperties: 1 }),
)

const REQUIRE = closed(CHECK_KEYS.require, {
  text: 'Before any of these effects, all predicates hold.',
  properties: {
    guards: GUARDS,
    require: PREDICATES,
    hold: about('Paths to what is held from before the facts until after the effect.', someOf(PATH)),
    each: EACH,
  },
})

const FORBID = closed(CHECK_KEYS.forbid, {
  text: 'No runbook has these effects, or none in a run with certain others.',
  properties: {
    forbid: about('Effects that are refused.', EFFECTS),
    inRunsWith: about('Only in runs that have one of these effects.', EFFECTS),
  },
})

const AFTER = closed(CHECK_KEYS.after, {
  text: 'Each of these has happened before, on the same subject.',
  properties: {
    guards: about('Effects, or readings.', someOf(WORD)),
    after: about('Effects, or readings.', someOf(WORD)),
    each: EACH,
  },
})

const ONLY_FROM = closed(CHECK_KEYS.onlyFrom, {
  text: 'What is written, and every condition on the way, comes from these readings alone.',
  properties: {
    guards: GUARDS,
    onlyFrom: about('Readings.', someOf(WORD)),
    input: about('Fields of the target.', someOf(WORD)),
  },
})

const DURING = closed(CHECK_KEYS.during, {
  text: 'All predicates hold from one effect until another.',
  properties: {
    during: closed(DURING_KEYS, {
      text: 'An interval of a run.',
      properties: {
        from: about('The effect with which it begins.', EFFECT),
        to: about('The effect that ends it.', EFFECT),
      },
    }),
    require: PREDICATES,
  },
})

const MUST_WITHIN = closed(CHECK_KEYS.mustWithin, {
  text: 'After one effect another, within a bound.',
  properties: {
    mustWithin: closed(MUST_WITHIN_KEYS, {
      text: 'An obligation.',
      properties: {
        after: about('The effect that obliges.', EFFECT),
        do: about('What must follow.', EFFECT),
        within: about('A policy value: `policy.<name>`.', BOUND),
      },
    }),
  },
})

const OVERRIDABLE = either(
  oneOf(['never']),
  closed(OVERRIDABLE_KEYS, {
    text: 'Who may override it, and where.',
    properties: { when: PREDICATE, who: about('The role of the second person.', ID) },
  }),
)

const RULE = closed(RULE_KEYS, {
  text: 'Something that is not to be done, held at the moment of the effect.',
  properties: {
    id: about('How runbooks cite it: kebab-case.', ID),
    text: about('The rule in the words of its source.', TEXT),
    source: about('Where it comes from.', TEXT),
    checks: about(
      'What is checked; each check has one form.',
      someOf(either(REQUIRE, FORBID, AFTER, ONLY_FROM, DURING, MUST_WITHIN)),
    ),
    overridable: about('`never`, or who may where.', OVERRIDABLE),
    next: about('What to do instead.', TEXT),
    facts: RULE_FACTS,
  },
})

/** A file of rules: `rules/*.yaml`. */
export const RULES: Schema = closed(RULES_FILE_KEYS, {
  text: 'Rules of Runproof: what is not to be done.',
  properties: { rules: about('The rules.', listOf(RULE)) },
})
