import { statusOn } from '../codes/code.ts'
import { isActive } from '../codes/find.ts'
import type { CodeList } from '../codes/list.ts'
import type { FieldDefinition } from '../model.ts'

/** Codes in use on a day, in the order of the register. */
export const codesInUse = (list: CodeList, day: string): string[] =>
  [...list.codes.values()].filter((code) => isActive(statusOn(code, day))).map(({ code }) => code)

const tableTypes: Partial<Record<FieldDefinition['datatype'], object>> = {
  integer: { type: 'integer' },
  boolean: { type: 'boolean' },
  url: { type: 'string', format: 'uri' },
  datetime: { type: 'string' },
}

/**
 * The register's table as a Table Schema, whose key may be any of its codes; `categories` of a column that uses them are here to copy.
 *
 * @see Frictionless Table Schema 2.0
 */
export function tableSchema(list: CodeList, address: string): object {
  const { definition, codes, register } = list
  return {
    $schema: 'https://datapackage.org/profiles/2.0/tableschema.json',
    fields: definition.fields.map(({ field, datatype, text }) => ({
      name: field,
      ...(tableTypes[datatype] ?? { type: 'string' }),
      ...(text && { description: text }),
      ...(field === register && { constraints: { required: true, unique: true, enum: [...codes.keys()] } }),
    })),
    primaryKey: [register],
    'sixteen:register': address,
    'sixteen:size': list.size,
  }
}

/** A JSON Schema for a value that must be a code in use; codes no longer in use stand beside it. @see JSON Schema 2020-12 */
export function jsonSchema(list: CodeList, address: string, day: string): object {
  const inUse = codesInUse(list, day)
  const kept = new Set(inUse)
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    $id: `${address}?size=${list.size}`,
    title: list.definition.title,
    ...(list.definition.description && { description: list.definition.description }),
    type: 'string',
    enum: inUse,
    'x-enum-descriptions': Object.fromEntries(inUse.map((code) => [code, list.codes.get(code)!.name])),
    'x-retired': [...list.codes.keys()].filter((code) => !kept.has(code)),
  }
}

/** An OpenAPI document with the register as one component, to be referred to from others. @see OpenAPI 3.1 */
export function openApiComponent(list: CodeList, address: string, day: string): object {
  const { $schema: _schema, $id: _id, ...schema } = jsonSchema(list, address, day) as Record<string, unknown>
  return {
    openapi: '3.1.0',
    info: { title: list.definition.title, version: String(list.size) },
    paths: {},
    components: { schemas: { [componentName(list.register)]: schema } },
  }
}

const componentName = (register: string): string => register.replace(/(?:^|-)([a-z0-9])/g, (_all, letter: string) => letter.toUpperCase())

const csvTypes: Partial<Record<FieldDefinition['datatype'], string>> = { integer: 'integer', boolean: 'boolean', url: 'anyURI' }

/** What is to be known to read the register's CSV. @see W3C Metadata Vocabulary for Tabular Data, 2015 */
export function csvwMetadata(list: CodeList, about: { url: string; licence?: string | undefined; base: string }): object {
  const { definition, register } = list
  return {
    '@context': ['http://www.w3.org/ns/csvw', { '@language': 'en' }],
    url: about.url,
    'dc:title': definition.title,
    ...(definition.description && { 'dc:description': definition.description }),
    dialect: {
      encoding: 'utf-8',
      delimiter: ',',
      header: true,
      headerRowCount: 1,
      lineTerminators: ['\r\n', '\n'],
      quoteChar: '"',
      doubleQuote: true,
    },
    tableSchema: {
      columns: definition.fields.map(({ field, datatype, cardinality, text, register: other }) => ({
        name: field.replaceAll('-', '_'),
        titles: field,
        ...(text && { 'dc:description': text }),
        datatype: csvTypes[datatype] ?? 'string',
        ...(cardinality === 'n' && { separator: ';' }),
        ...(field === register && { required: true }),
        ...(other &&
          other !== register &&
          cardinality === '1' && { valueUrl: `${about.base}/registers/${other}/codes/{${field.replaceAll('-', '_')}}` }),
      })),
      primaryKey: register.replaceAll('-', '_'),
      aboutUrl: `${about.base}/registers/${register}/codes/{${register.replaceAll('-', '_')}}`,
    },
  }
}
