import type { paths } from '../../schemas/generated/platform.ts'

/** The platform's contract (`schemas/platform.openapi.yaml`) as types: which paths there are, what each takes, and what it answers. */
export type Method = 'get' | 'put' | 'post' | 'delete'

/** The paths that have a method. */
export type PathOf<M extends Method> = {
  [P in keyof paths]: paths[P] extends Readonly<Record<M, object>> ? P : never
}[keyof paths]

type Operation<P extends PathOf<M>, M extends Method> = paths[P] extends Readonly<Record<M, infer O>> ? O : never

type Parameters<O> = O extends { parameters: infer All } ? Omit<All, 'cookie' | 'header'> & HeadersOf<All> : never
/** The nonce is set for every request. */
type HeadersOf<All> = All extends { header: infer Named } ? { header: Omit<Named, 'X-Request-Nonce'> } : unknown

type BodyOf<O> = O extends { requestBody: { content: { 'application/json': infer Body } } } ? { body: Body } : unknown

/** What a request of a path takes: its parameters and its body. */
export type Taken<P extends PathOf<M>, M extends Method> = {
  params: Parameters<Operation<P, M>>
} & BodyOf<Operation<P, M>>

type Successes = 200 | 201 | 202

/** What the platform answers where it says yes. */
export type Answered<P extends PathOf<M>, M extends Method> =
  Operation<P, M> extends { responses: infer All }
    ? All[Successes & keyof All] extends { content: { 'application/json': infer Body } }
      ? Body
      : never
    : never
