/** Thrown where the whole pass must begin again: the next attempt settles first. */
export class PassAgain extends Error {
  override readonly name = 'PassAgain'
}
