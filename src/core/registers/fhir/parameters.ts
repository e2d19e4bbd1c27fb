import { FhirError } from './outcome.ts'

/** One parameter of a FHIR Parameters resource; its value stands under a name that says its type. */
export interface Parameter {
  name: string
  resource?: Resource
  part?: Parameter[]
  [value: `value${string}`]: unknown
}

export interface Resource {
  resourceType: string
  [member: string]: unknown
}

export interface Coding {
  system?: string
  version?: string
  code?: string
  display?: string
}

/** What an operation is asked, whether in the address or in the body. */
export class Inputs {
  #all: Parameter[]

  constructor(all: Parameter[]) {
    this.#all = all
  }

  /** Of a query string. */
  static ofQuery(query: URLSearchParams): Inputs {
    return new Inputs([...query].map(([name, value]) => ({ name, valueString: value })))
  }

  /**
   * Of a body: Parameters, or a form read as a query.
   *
   * @throws {FhirError} invalid
   */
  static ofBody(body: unknown, query: URLSearchParams): Inputs {
    if (body === undefined || body === null) return Inputs.ofQuery(query)
    const { resourceType, parameter = [] } = body as { resourceType?: string; parameter?: Parameter[] }
    if (resourceType !== 'Parameters' || !Array.isArray(parameter))
      throw new FhirError(400, 'invalid', 'The body of an operation is a Parameters resource.')
    return new Inputs([...parameter, ...[...query].map(([name, value]) => ({ name, valueString: value }))])
  }

  text(...names: string[]): string | undefined {
    for (const name of names) {
      const found = this.#all.find((parameter) => parameter.name === name)
      const value = found && contentOf(found)
      if (value !== undefined && typeof value !== 'object') return String(value)
    }
    return undefined
  }

  texts(name: string): string[] {
    return this.#all.flatMap((parameter) => {
      const value = parameter.name === name ? contentOf(parameter) : undefined
      return value === undefined || typeof value === 'object' ? [] : [String(value)]
    })
  }

  flag(...names: string[]): boolean | undefined {
    const text = this.text(...names)
    return text === undefined ? undefined : text === 'true'
  }

  /** @throws {FhirError} invalid */
  count(name: string): number | undefined {
    const text = this.text(name)
    if (text === undefined) return undefined
    if (!/^\d{1,9}$/.test(text)) throw new FhirError(400, 'invalid', `${name} must be a whole number.`)
    return Number(text)
  }

  value<Type>(name: string): Type | undefined {
    const found = this.#all.find((parameter) => parameter.name === name)
    const value = found && contentOf(found)
    if (typeof value === 'object') return value as Type
    // In an address, a coding is written system|code.
    if (name === 'coding' && typeof value === 'string' && value.includes('|')) {
      const [system = '', code = ''] = value.split('|')
      return { system, code } as Type
    }
    return undefined
  }

  resource(name: string): Resource | undefined {
    return this.#all.find((parameter) => parameter.name === name)?.resource
  }

  resources(name: string): Resource[] {
    return this.#all.flatMap((parameter) => (parameter.name === name && parameter.resource ? [parameter.resource] : []))
  }
}

function contentOf(parameter: Parameter): unknown {
  const key = Object.keys(parameter).find((name) => name.startsWith('value')) as `value${string}` | undefined
  return key && parameter[key]
}

/** A Parameters resource of what is defined. */
export function parametersOf(parameters: Array<Parameter | false | undefined>): Resource {
  return { resourceType: 'Parameters', parameter: parameters.filter((parameter) => Boolean(parameter)) }
}

export const said = {
  text: (name: string, value: string | undefined): Parameter | undefined =>
    value === undefined ? undefined : { name, valueString: value },
  code: (name: string, value: string | undefined): Parameter | undefined => (value === undefined ? undefined : { name, valueCode: value }),
  uri: (name: string, value: string | undefined): Parameter | undefined => (value === undefined ? undefined : { name, valueUri: value }),
  flag: (name: string, value: boolean | undefined): Parameter | undefined =>
    value === undefined ? undefined : { name, valueBoolean: value },
}
