import type { CodeTable } from './entry.ts'

/** RB00: the text is not YAML, or not the part of YAML that is read. */
export const syntax: CodeTable = {
  RB0001: {
    title: 'not YAML',
    cause: 'The file is parsed strictly, as one YAML 1.2 document without directives.',
    wrong: 'steps: [',
    right: 'steps: []',
  },
  RB0002: {
    title: 'key written twice',
    cause: 'YAML parsers differ in which of the two they keep.',
    wrong: 'title: a\ntitle: b',
    right: 'title: a',
  },
  RB0003: {
    title: 'anchors and aliases',
    cause: 'A value that is written elsewhere cannot be read where it counts, and aliases can be made to explode.',
    wrong: 'a: &x 5m\nb: *x',
    right: 'a: 5m\nb: 5m',
  },
  RB0004: {
    title: 'a value that YAML takes for something else',
    cause: 'A value that begins with `! \' " [ { & * % @` has a meaning of its own in YAML; a tag makes it empty.',
    wrong: 'corrupt: !trust.ok',
    right: 'corrupt: trust.ok == false',
  },
  RB0005: {
    title: 'text with a colon, or with a comma in brackets',
    cause: '`: ` ends a text and begins a map; inside `{ }` and `[ ]` a comma ends it too.',
    wrong: 'approve: Which: this?',
    right: 'approve: "Which: this?"',
  },
  RB0006: {
    title: 'text cut by a comment',
    cause: 'What follows ` #` is a comment; the text ends there without a word.',
    wrong: 'approve: ticket #4 open?',
    right: 'approve: "ticket #4 open?"',
  },
  RB0007: {
    title: 'braces without quotes',
    cause: '`{` begins a map in YAML.',
    wrong: 'to: {{owner.digest}}',
    right: 'to: "{{owner.digest}}"',
  },
  RB0008: {
    title: 'tab as indentation',
    cause: 'YAML indents with spaces only.',
    wrong: 'steps:\n\t- id: look',
    right: 'steps:\n  - id: look',
  },
  RB0009: {
    title: 'too big or too deep',
    cause: 'Checking is bounded in time and memory, and nobody reads a runbook of this size.',
    wrong: '[[[[[[…]]]]]]',
    right: 'steps: []',
  },
  RB0010: {
    title: 'not UTF-8',
    cause: 'A text whose letters are uncertain cannot be approved.',
    wrong: 'title: caf\\xe9',
    right: 'title: café',
  },
  RB0011: {
    title: 'not one document',
    cause: 'One file is one runbook, one set of rules, or one of the files with a fixed name.',
    wrong: '---\nrunbook: a\n---\nrunbook: b',
    right: 'runbook: a',
  },
  RB0012: {
    title: 'key that is not a word',
    cause: 'Keys are single words.',
    wrong: '? [a, b]\n: c',
    right: 'a: c',
  },
}
