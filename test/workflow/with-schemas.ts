/** A workflow as it must not be: a value of a shape brings the whole schema library into the bundle. */
export { text as default } from '../../schemas/types.ts'
