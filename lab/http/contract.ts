import { readFile } from 'node:fs/promises'
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js'
import { parse } from 'yaml'

const METHODS = ['get', 'put', 'post', 'delete'] as const

/** A parameter as the contract describes it. */
interface Parameter {
  readonly name: string
  readonly in: 'path' | 'query' | 'header'
  readonly required?: boolean
  readonly pointer: string
}

/** One operation of the contract. */
export interface Endpoint {
  readonly operationId: string
  readonly method: string
  readonly pattern: RegExp
  readonly parameters: readonly Parameter[]
  /** Pointer of the body's schema, where there is a body. */
  readonly body: string | undefined
}

/** The contract, ready to match and to validate. */
export interface PlatformContract {
  readonly endpoints: readonly Endpoint[]
  /** Compiles the schema at a JSON pointer of the document. */
  validator(pointer: string): ValidateFunction
}

/** A node of the parsed document. */
interface Node {
  readonly [key: string]: Node
}

/** Reads `schemas/platform.openapi.yaml`. */
export async function readContract(): Promise<PlatformContract> {
  const text = await readFile(new URL('../../schemas/platform.openapi.yaml', import.meta.url), 'utf8')
  const document = parse(text) as Node
  const ajv = new Ajv2020({ strict: false, formats: { 'date-time': isDateTime } })
  ajv.addSchema(document, 'platform')
  const validator = (pointer: string) =>
    ajv.getSchema(`platform${pointer}`) ?? ajv.compile({ $ref: `platform${pointer}` })
  return { endpoints: endpointsOf(document), validator }
}

/** RFC 3339 with an offset. */
function isDateTime(text: string): boolean {
  return /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:\d\d)$/.test(text) && !Number.isNaN(Date.parse(text))
}

function endpointsOf(document: Node): Endpoint[] {
  return Object.entries(document['paths'] ?? {}).flatMap(([path, item]) =>
    METHODS.flatMap((method) => (item[method] === undefined ? [] : [endpointOf(document, { path, method })])),
  )
}

function endpointOf(document: Node, { path, method }: { path: string; method: string }): Endpoint {
  const at = `#/paths/${path.replaceAll('/', '~1')}`
  const operation = resolve(document, `${at}/${method}`)
  const lists = [`${at}/parameters`, `${at}/${method}/parameters`]
  return {
    operationId: operation['operationId'] as unknown as string,
    method: method.toUpperCase(),
    pattern: new RegExp(`^${path.replaceAll(/\{(\w+)\}/g, '(?<$1>[^/]+)')}$`),
    parameters: lists.flatMap((list) => parametersAt(document, list)),
    body: operation['requestBody'] && `${at}/${method}/requestBody/content/application~1json/schema`,
  }
}

function parametersAt(document: Node, list: string): Parameter[] {
  const entries = Object.keys(resolve(document, list) ?? {})
  return entries.map((index) => {
    const reference = resolve(document, `${list}/${index}`)['$ref'] as unknown
    const pointer = typeof reference === 'string' ? reference : `${list}/${index}`
    return { ...(resolve(document, pointer) as unknown as Parameter), pointer: `${pointer}/schema` }
  })
}

/** Follows a JSON pointer; the document has been linted, so a missing node is simply absent. */
function resolve(document: Node, pointer: string): Node {
  const parts = pointer.slice(2).split('/')
  return parts.reduce((node, part) => node[part.replaceAll('~1', '/')] as Node, document)
}
