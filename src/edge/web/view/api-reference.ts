/** The reference of the API, made from its OpenAPI document so that it cannot say anything else. */

interface Schema {
  type?: string | string[]
  enum?: unknown[]
  description?: string
  default?: unknown
  items?: Schema
  maximum?: number
}

interface Operation {
  operationId?: string
  summary?: string
  description?: string
  tags?: string[]
  security?: unknown[]
  parameters?: Array<{ name: string; in: string; required?: boolean; description?: string; schema?: Schema }>
}

export interface OpenApi {
  tags?: Array<{ name: string; description?: string }>
  paths?: Record<string, Partial<Record<string, Operation>>>
}

export interface Parameter {
  name: string
  place: 'path' | 'query'
  required: boolean
  type: string
  description: string
  options: string[]
  /** Filled in so that the first try answers. */
  example: string
}

export interface OperationView {
  id: string
  method: string
  path: string
  summary: string
  description: string
  needsToken: boolean
  /** A read that a plain form can ask. */
  tryable: boolean
  parameters: Parameter[]
}

const methods = ['get', 'post', 'put', 'patch', 'delete']

/** Operations by tag, in the document's order of tags; `examples` fills path parameters by name. */
export function referenceOf(
  document: OpenApi,
  examples: Record<string, string>,
): Array<{ tag: string; about: string; operations: OperationView[] }> {
  const all = Object.entries(document.paths ?? {}).flatMap(([path, item]) =>
    methods.flatMap((method) =>
      item[method] ? [{ tag: item[method].tags?.[0] ?? '', ...operationView(path, method, item[method], examples) }] : [],
    ),
  )
  return (document.tags ?? [])
    .map(({ name, description = '' }) => ({ tag: name, about: description, operations: all.filter((operation) => operation.tag === name) }))
    .filter((group) => group.operations.length)
}

function operationView(path: string, method: string, operation: Operation, examples: Record<string, string>): OperationView {
  const parameters = (operation.parameters ?? []).flatMap((parameter): Parameter[] => {
    if (parameter.in !== 'path' && parameter.in !== 'query') return []
    return [
      {
        name: parameter.name,
        place: parameter.in,
        required: parameter.required ?? false,
        type: typeText(parameter.schema),
        description: parameter.description ?? parameter.schema?.description ?? '',
        options: (parameter.schema?.enum ?? []).map(String),
        example: examples[parameter.name] ?? '',
      },
    ]
  })
  return {
    id: operation.operationId ?? `${method}-${path.replaceAll(/[^a-z]+/gi, '-')}`,
    method: method.toUpperCase(),
    path,
    summary: operation.summary ?? '',
    description: operation.description ?? '',
    needsToken: Boolean(operation.security?.length),
    tryable: method === 'get' && !operation.security?.length,
    parameters: [...parameters.filter((each) => each.place === 'path'), ...parameters.filter((each) => each.place === 'query')],
  }
}

function typeText(schema: Schema | undefined): string {
  const type = Array.isArray(schema?.type) ? schema.type.join(' or ') : (schema?.type ?? 'text')
  return type === 'array' ? `${typeText(schema?.items)}, may be repeated` : type === 'string' ? 'text' : type
}

/**
 * The address that a filled-in form asks for; undefined when the operation is none that can be tried. Empty fields are left out.
 */
export function tryAddress(operation: OperationView | undefined, fields: URLSearchParams): string | undefined {
  if (!operation?.tryable) return undefined
  const query = new URLSearchParams([...fields].filter(([name, value]) => value && !operation.path.includes(`{${name}}`)))
  const path = operation.path.replace(/\{([^}]+)\}/g, (_, name: string) => encodeURIComponent(fields.get(name) || '-'))
  return query.size ? `${path}?${query}` : path
}
