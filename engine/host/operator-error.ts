/** An error that an operator can mend: a code, what is wrong, and what to do. It never shows a stack. */
export class OperatorError extends Error {
  override readonly name = 'OperatorError'
  readonly code: string
  readonly hint: string

  constructor(code: string, message: string, hint: string) {
    super(message)
    this.code = code
    this.hint = hint
  }
}
