import { readFileSync } from 'node:fs'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { parse } from 'yaml'
import { expect } from 'vitest'

interface Operation {
  readonly operationId: string
  readonly responses: Readonly<Record<string, { readonly $ref: string }>>
}
interface Document {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>
}

const document = parse(
  readFileSync(new URL('../../schemas/platform.openapi.yaml', import.meta.url), 'utf8'),
) as Document
const ajv = new Ajv2020({ strict: false, allErrors: true, formats: { 'date-time': /^\d{4}-\d\d-\d\dT[\d:.]+Z$/ } })
ajv.addSchema(document, 'contract')

const endpoints = Object.entries(document.paths).flatMap(([path, item]) =>
  ['get', 'put', 'post', 'delete'].flatMap((method) => {
    const operation = item[method]
    return operation === undefined ? [] : [{ method: method.toUpperCase(), shape: shapeOf(path), operation }]
  }),
)

function shapeOf(path: string): RegExp {
  return new RegExp(`^${path.replaceAll(/\{\w+\}/g, '[^/]+')}$`)
}

/** Every operation id of the contract. */
export const operationIds: readonly string[] = endpoints.map(({ operation }) => operation.operationId)

/** Fails the test unless the answer is one that the contract allows; answers the operation id. */
export function expectContract(asked: { method: string; path: string }, status: number, body: unknown): string {
  const found = endpoints.find(({ method, shape }) => method === asked.method && shape.test(asked.path))
  if (found === undefined) throw new Error(`the contract has no ${asked.method} ${asked.path}`)
  const response = found.operation.responses[status] ?? found.operation.responses['default']
  const name = response?.$ref.split('/').at(-1) ?? ''
  const type = name === 'problem' ? 'application~1problem+json' : 'application~1json'
  const validate = ajv.compile({ $ref: `contract#/components/responses/${name}/content/${type}/schema` })
  const valid = validate(body)
  expect(valid ? [] : validate.errors, `${asked.method} ${asked.path} answered ${JSON.stringify(body)}`).toEqual([])
  return found.operation.operationId
}
