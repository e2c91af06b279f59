import { ALLOWLIST_KEYS, ENTRY_INPUT_KEYS, HTTP_KEYS, SHELL_KEYS, USER_KEYS } from '../ground/keys.ts'
import { about, closed, either, listOf, mapOf, someOf } from './schema.ts'
import type { Schema } from './schema.ts'
import { COUNT, DURATION, EFFECT, FLAG, ID, NAME, SCALAR, TEXT, WORD } from './words.ts'

const URL = {
  type: 'string',
  pattern: '^https?://[a-zA-Z0-9.:\\[\\]\\-]+(/[^?#]*)?(\\?[^#\\{]*)?$',
  description: 'A fixed host and a fixed query; `{{name}}` fills one whole segment of the path.',
}

const INPUT = closed(ENTRY_INPUT_KEYS, {
  text: 'What a runbook gives to the entry.',
  properties: {
    type: about('A type of the language, or an id or enum of the actions.', WORD),
    pattern: about('A regular expression that the value matches.', TEXT),
  },
})

const INPUTS = about('Inputs by name.', mapOf(either(WORD, INPUT), NAME))
const TIMEOUT = about('How long it may take.', DURATION)
const EFFECTS = about('Effects of the effects file; `[]` for none.', listOf(EFFECT))

const OUTPUT = about('The shape of the JSON that it answers with: field → type, `type?`, `[{ … }]` or `{ … }`.', {
  type: 'object',
})
const VARIABLE: Schema = { type: 'string', pattern: '^[A-Z_][A-Z0-9_]*$' }

const SHELL = closed(SHELL_KEYS, {
  text: 'One command, without a shell: a program and its arguments.',
  properties: {
    id: about('Runbooks name it as `shell.<id>`.', ID),
    run: about(
      'The program and its arguments; `{{name}}` fills one whole argument.',
      someOf({ ...SCALAR, pattern: '^(\\{\\{[a-zA-Z0-9]+\\}\\}|(?!.*\\{\\{).*)$' }),
    ),
    timeout: TIMEOUT,
    effects: EFFECTS,
    inputs: INPUTS,
    output: OUTPUT,
    env: about('The variables that it gets, beside `PATH` and `LC_ALL`.', mapOf(SCALAR, VARIABLE)),
    user: closed(USER_KEYS, {
      text: 'As whom it runs; without it, as the worker.',
      properties: { uid: COUNT, gid: COUNT },
    }),
  },
})

const REQUEST = {
  id: about('Runbooks name it as `http.<id>`.', ID),
  timeout: TIMEOUT,
  inputs: INPUTS,
  output: OUTPUT,
  allowPrivate: about('`true`: loopback and private addresses may be reached.', FLAG),
}
const TEXT_OF_ONE = 'One request.'
const urlOf = (method: string) => about(`The URL of the ${method} request.`, URL)

/** Everything but `get` changes something, and says what. */
const CHANGES = { ...REQUEST, effects: { ...EFFECTS, minItems: 1 } }
const HTTP = either(
  closed(HTTP_KEYS.get, { text: TEXT_OF_ONE, properties: { ...REQUEST, get: urlOf('GET'), effects: EFFECTS } }),
  closed(HTTP_KEYS.post, { text: TEXT_OF_ONE, properties: { ...CHANGES, post: urlOf('POST') } }),
  closed(HTTP_KEYS.put, { text: TEXT_OF_ONE, properties: { ...CHANGES, put: urlOf('PUT') } }),
  closed(HTTP_KEYS.delete, { text: TEXT_OF_ONE, properties: { ...CHANGES, delete: urlOf('DELETE') } }),
)

/** The operator's allowlist: `allowlist.yaml`. */
export const ALLOWLIST: Schema = closed(ALLOWLIST_KEYS, {
  text: 'The only commands and requests that runbooks can name beside the typed actions.',
  properties: {
    shell: about('Commands.', listOf(SHELL)),
    http: about('Requests.', listOf(HTTP)),
  },
})
