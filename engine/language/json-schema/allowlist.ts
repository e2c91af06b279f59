import { about, closed, either, listOf, mapOf, someOf } from './schema.ts'
import type { Schema } from './schema.ts'
import { COUNT, DURATION, EFFECT, FLAG, ID, NAME, SCALAR, TEXT, WORD } from './words.ts'

const URL = {
  type: 'string',
  pattern: '^https?://[a-zA-Z0-9.:\\[\\]\\-]+(/[^?#]*)?(\\?[^#\\{]*)?$',
  description: 'A fixed host and a fixed query; `{{name}}` fills one whole segment of the path.',
}

const INPUT = closed({
  what: 'an input',
  text: 'What a runbook gives to the entry.',
  required: { type: about('A type of the language, or an id or enum of the actions.', WORD) },
  optional: { pattern: about('A regular expression that the value matches.', TEXT) },
})

const INPUTS = about('Inputs by name.', mapOf(either(WORD, INPUT), NAME))
const TIMEOUT = about('How long it may take.', DURATION)
const EFFECTS = about('Effects of the effects file; `[]` for none.', listOf(EFFECT))

const OUTPUT = about('The shape of the JSON that it answers with: field → type, `type?`, `[{ … }]` or `{ … }`.', {
  type: 'object',
})
const VARIABLE: Schema = { type: 'string', pattern: '^[A-Z_][A-Z0-9_]*$' }

const SHELL = closed({
  what: 'a `shell` entry',
  text: 'One command, without a shell: a program and its arguments.',
  required: {
    id: about('Runbooks name it as `shell.<id>`.', ID),
    run: about(
      'The program and its arguments; `{{name}}` fills one whole argument.',
      someOf({ ...SCALAR, pattern: '^(\\{\\{[a-zA-Z0-9]+\\}\\}|(?!.*\\{\\{).*)$' }),
    ),
    timeout: TIMEOUT,
    effects: EFFECTS,
  },
  optional: {
    inputs: INPUTS,
    output: OUTPUT,
    env: about('The variables that it gets, beside `PATH` and `LC_ALL`.', mapOf(SCALAR, VARIABLE)),
    user: closed({
      what: '`user`',
      text: 'As whom it runs; without it, as the worker.',
      required: { uid: COUNT, gid: COUNT },
    }),
  },
})

/** Everything but `get` changes something, and says what. */
function http(method: 'get' | 'post' | 'put' | 'delete'): Schema {
  return closed({
    what: 'an `http` entry',
    text: 'One request.',
    required: {
      id: about('Runbooks name it as `http.<id>`.', ID),
      [method]: about(`The URL of the ${method.toUpperCase()} request.`, URL),
      timeout: TIMEOUT,
      effects: method === 'get' ? EFFECTS : { ...EFFECTS, minItems: 1 },
    },
    optional: {
      inputs: INPUTS,
      output: OUTPUT,
      allowPrivate: about('`true`: loopback and private addresses may be reached.', FLAG),
    },
  })
}

/** The operator's allowlist: `allowlist.yaml`. */
export const ALLOWLIST: Schema = closed({
  what: 'the allowlist',
  text: 'The only commands and requests that runbooks can name beside the typed actions.',
  required: {
    shell: about('Commands.', listOf(SHELL)),
    http: about('Requests.', listOf(either(http('get'), http('post'), http('put'), http('delete')))),
  },
})
