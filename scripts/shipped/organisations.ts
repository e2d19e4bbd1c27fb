import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { dates, distinct, name, type Row, readTable, type Shipped } from './table.ts'

/** Organisations of government. Former names are those that the register's own log has. */
export function organisations(folder: string): Shipped[] {
  const before = formerNames(folder)
  const rows = readTable(folder, 'digital-land/organisation/government-organisation.csv')
  return [
    {
      register: 'government-organisation',
      title: 'Government organisations',
      description: 'Departments, agencies and public bodies of the United Kingdom government, past and present',
      custodian: 'Cabinet Office',
      licence: 'ogl-uk-3.0',
      source: 'government-organisation register of GOV.UK (openregister/registry-data, digital-land/organisation-dataset)',
      timestamp: '2020-09-01T17:55:19Z',
      fields: [
        { field: 'government-organisation', text: 'Code of the organisation' },
        name(),
        { field: 'former-names', cardinality: 'n', role: 'former-label', text: 'Names it had before' },
        { field: 'website', datatype: 'url', text: 'Its pages' },
        ...dates,
      ],
      rows: rows
        .map(
          (row): Row => ({
            'government-organisation': row['key'],
            name: row['name'],
            'former-names': distinct(before.get(row['key']!) ?? [], [row['name']]),
            website: row['website'],
            'start-date': row['start-date'],
            'end-date': row['end-date'],
          }),
        )
        .reverse(),
    },
  ]
}

function formerNames(folder: string): Map<string, string[]> {
  const names = new Map<string, string[]>()
  for (const line of readFileSync(join(folder, 'rsf/government-organisation.rsf'), 'utf8').split('\n')) {
    if (!line.startsWith('add-item\t')) continue
    const item = JSON.parse(line.slice(9)) as Record<string, string>
    const key = item['government-organisation']
    if (key && item['name']) names.set(key, [...(names.get(key) ?? []), item['name']])
  }
  return names
}

const lga = {
  custodian: 'Local Government Association',
  licence: 'ogl-uk-3.0',
  source: 'Local Government Functions and Services lists of the LGA (esd-toolkit), as in alphagov/ckanext-datagovuk',
  timestamp: '2013-04-03T00:00:00Z',
}

/** What local government does, and the services in which it does it. */
export function functionsAndServices(folder: string): Shipped[] {
  const rows = readTable(folder, 'lga-functions/functions_services_themes.csv')
  const functions = new Map<string, Row>()
  const services = new Map<string, Row>()
  for (const row of rows) {
    const id = row['Identifier']!
    functions.set(id, {
      'local-function': id,
      name: row['Label'],
      theme: row['Theme'],
      parent: row['Parent identifiers']!.split(/[;,] ?/).filter(Boolean),
    })
    const service = row['Mapped identifier']
    if (!service) continue
    const parents = services.get(service)?.['functions'] ?? []
    services.set(service, { 'local-service': service, name: row['Mapped label'], functions: [...new Set([...parents, id])] })
  }
  const numerically = (field: string) => (a: Row, b: Row) => Number(a[field]) - Number(b[field])
  return [
    {
      ...lga,
      register: 'local-function',
      title: 'Functions of local government',
      description: 'What local authorities do, as a tree',
      fields: [
        { field: 'local-function', text: 'Number of the function' },
        name(),
        { field: 'parent', cardinality: 'n', role: 'parent', text: 'Wider function' },
        { field: 'theme', text: 'Theme of data.gov.uk' },
      ],
      rows: [...functions.values()].sort(numerically('local-function')),
    },
    {
      ...lga,
      register: 'local-service',
      title: 'Services of local government',
      description: 'Services that local authorities give, by the functions they belong to',
      fields: [
        { field: 'local-service', text: 'Number of the service' },
        name(),
        { field: 'functions', cardinality: 'n', role: 'parent', register: 'local-function', text: 'Functions it belongs to' },
      ],
      rows: [...services.values()].sort(numerically('local-service')),
    },
  ]
}
