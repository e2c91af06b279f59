import type { IncomingMessage } from 'node:http'
import type { Endpoint, PlatformContract } from './contract.ts'
import { PlatformProblem } from './problem.ts'

/** A request that the contract admits. */
export interface PlatformRequest {
  readonly operationId: string
  readonly path: Readonly<Record<string, string>>
  readonly query: Readonly<Record<string, string>>
  readonly headers: Readonly<Record<string, string>>
  readonly body: unknown
}

/** Finds the endpoint and validates everything that the contract says of the request. */
export async function admitRequest(
  contract: PlatformContract,
  incoming: IncomingMessage,
  url: URL,
): Promise<PlatformRequest> {
  const endpoint = findEndpoint(contract, incoming.method ?? 'GET', url.pathname)
  const request: PlatformRequest = {
    operationId: endpoint.operationId,
    path: pathValues(endpoint, url.pathname),
    query: Object.fromEntries(url.searchParams),
    headers: headerValues(endpoint, incoming),
    body: endpoint.body === undefined ? undefined : await readJson(incoming),
  }
  checkParameters(contract, endpoint, request)
  if (endpoint.body !== undefined) check(contract, endpoint.body, { name: 'body', value: request.body })
  return request
}

function findEndpoint(contract: PlatformContract, method: string, path: string): Endpoint {
  const found = contract.endpoints.find((endpoint) => endpoint.method === method && endpoint.pattern.test(path))
  if (found === undefined) throw new PlatformProblem('not-found', `the platform has no ${method} ${path}`)
  return found
}

function pathValues(endpoint: Endpoint, path: string): Record<string, string> {
  const groups = Object.entries(endpoint.pattern.exec(path)?.groups ?? {})
  try {
    return Object.fromEntries(groups.map(([name, value]) => [name, decodeURIComponent(value)]))
  } catch {
    throw new PlatformProblem('bad-request', 'the path is not validly encoded')
  }
}

function headerValues(endpoint: Endpoint, incoming: IncomingMessage): Record<string, string> {
  const names = endpoint.parameters.filter((parameter) => parameter.in === 'header').map((parameter) => parameter.name)
  const values = names.map((name) => [name, incoming.headers[name.toLowerCase()]] as const)
  return Object.fromEntries(values.filter((entry): entry is [string, string] => typeof entry[1] === 'string'))
}

function checkParameters(contract: PlatformContract, endpoint: Endpoint, request: PlatformRequest): void {
  const values = { path: request.path, query: request.query, header: request.headers }
  for (const { name, in: place, required, pointer } of endpoint.parameters) {
    const value = values[place][name]
    if (value !== undefined) check(contract, pointer, { name, value })
    else if (required === true) throw new PlatformProblem('bad-request', `${place} parameter ${name} is required`)
  }
}

function check(contract: PlatformContract, pointer: string, { name, value }: { name: string; value: unknown }): void {
  const validate = contract.validator(pointer)
  if (validate(value)) return
  const [error] = validate.errors ?? []
  throw new PlatformProblem('bad-request', `${name}${error?.instancePath ?? ''} ${error?.message ?? 'is not valid'}`)
}

const MAX_BODY_BYTES = 1 << 20

/** Reads a JSON body of at most one mebibyte; an empty one is null. */
export async function readJson(incoming: AsyncIterable<Buffer>): Promise<unknown> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of incoming) {
    size += chunk.length
    if (size > MAX_BODY_BYTES) throw new PlatformProblem('bad-request', 'the body is larger than 1 MiB')
    chunks.push(chunk)
  }
  const text = Buffer.concat(chunks).toString('utf8')
  try {
    return text === '' ? null : JSON.parse(text)
  } catch {
    throw new PlatformProblem('bad-request', 'the body is not JSON')
  }
}
