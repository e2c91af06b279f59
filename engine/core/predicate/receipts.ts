/**
 * The field of a receipt in `run.effects` that holds its effect and everything above it: `of` looks there. It is no name that
 * an expression can write.
 */
export const LINEAGE = 'effect and above'
