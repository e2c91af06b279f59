/** A token of PromQL that may hold a `$`: quoted text and comments are left alone. */
const token = /"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|`[^`]*`|#[^\n]*|([=!]~\s*)?\$([a-zA-Z]\w*)/g

/**
 * Fills `$name` with a quoted text literal (G33). Values are data: they cannot end the literal, and cannot be a
 * pattern. Throws where a parameter is missing or follows `=~`.
 */
export function promql(template: string, parameters: Readonly<Record<string, string>>): string {
  return template.replace(token, (whole, matcher?: string, name?: string) => {
    if (name === undefined) return whole
    if (matcher)
      throw new TypeError(`\`$${name}\` stands after \`${matcher.trim()}\`: a parameter is a value, not a pattern`)
    return literal(name, Object.hasOwn(parameters, name) ? parameters[name] : undefined)
  })
}

/** PromQL reads text as Go does, which knows every escape that JSON writes. */
function literal(name: string, value: string | undefined): string {
  if (value === undefined) throw new TypeError(`the query needs a parameter \`${name}\``)
  if (!value.isWellFormed()) throw new TypeError(`the parameter \`${name}\` is no well-formed text`)
  return JSON.stringify(value)
}
