import { type Fhir, systemUrl } from './systems.ts'

const operationUrl = (name: string): string => `http://hl7.org/fhir/OperationDefinition/${name}`

const types = [
  { type: 'CodeSystem', operations: ['lookup', 'validate-code', 'subsumes'] },
  { type: 'ValueSet', operations: ['expand', 'validate-code'] },
  { type: 'ConceptMap', operations: ['translate'] },
] as const

/** What this server can do, as FHIR clients ask. */
export function capabilityStatement({ base, now }: Fhir): object {
  return {
    resourceType: 'CapabilityStatement',
    url: `${base}/fhir/metadata`,
    version: '1',
    name: 'SixteenTerminology',
    title: 'Registers of codes as a terminology service',
    status: 'active',
    date: now().toISOString(),
    kind: 'instance',
    instantiates: ['http://hl7.org/fhir/CapabilityStatement/terminology-server'],
    software: { name: 'Sixteen' },
    implementation: { description: 'Registers of codes', url: `${base}/fhir` },
    fhirVersion: '4.0.1',
    format: ['application/fhir+json', 'json'],
    rest: [
      {
        mode: 'server',
        interaction: [{ code: 'batch' }],
        resource: types.map(({ type, operations }) => ({
          type,
          interaction: [{ code: 'read' }, { code: 'search-type' }],
          searchParam: [
            { name: 'url', type: 'uri' },
            { name: 'name', type: 'string' },
            { name: 'title', type: 'string' },
            { name: 'status', type: 'token' },
            { name: 'version', type: 'token' },
          ],
          operation: operations.map((name) => ({ name, definition: operationUrl(`${type}-${name}`) })),
        })),
      },
    ],
  }
}

/** Which code systems there are, and which parameters an expansion takes. */
export function terminologyCapabilities(fhir: Fhir): object {
  return {
    resourceType: 'TerminologyCapabilities',
    url: `${fhir.base}/fhir/metadata?mode=terminology`,
    version: '1',
    name: 'SixteenTerminology',
    status: 'active',
    date: fhir.now().toISOString(),
    kind: 'instance',
    codeSystem: fhir.registers.names().map((register) => ({
      uri: systemUrl(fhir, register),
      version: [{ code: String(fhir.registers.reader.row(register).size), isDefault: true, compositional: false }],
      subsumption: true,
    })),
    expansion: {
      hierarchical: true,
      paging: true,
      incomplete: false,
      parameter: [
        'url',
        'valueSet',
        'filter',
        'offset',
        'count',
        'date',
        'activeOnly',
        'excludeNested',
        'includeDesignations',
        'displayLanguage',
        'property',
        'system-version',
      ].map((name) => ({ name })),
      textFilter: 'All words must stand in the code or in one of its names; case and accents do not count.',
    },
    codeSearch: 'in-compose',
    validateCode: { translations: true },
    translation: { needsMap: false },
  }
}
