import { dates, distinct, name, type Row, readTable, type Shipped } from './table.ts'

/** Names in use that the sources do not have: former, short, foreign, and what remains of a name after its article. */
const alsoKnownAs: Record<string, string[]> = {
  BO: ['Plurinational State of Bolivia'],
  BN: ['Brunei Darussalam'],
  CD: ['Congo Democratic Republic', 'DR Congo', 'DRC', 'Zaire', 'Congo Kinshasa'],
  CG: ['Congo Republic', 'Congo Brazzaville', 'Republic of the Congo', 'Congo'],
  CI: ['Ivory Coast', "Cote d'Ivoire"],
  CV: ['Cape Verde', 'Cabo Verde'],
  CZ: ['Czechia', 'Czech Republic'],
  DE: ['Deutschland', 'Federal Republic of Germany'],
  GB: ['UK', 'Great Britain', 'Britain', 'GB', 'U.K.', 'United Kingdom of Great Britain and Northern Ireland'],
  IE: ['Irish Republic', 'Republic of Ireland', 'Eire', 'ROI', 'Southern Ireland'],
  IR: ['Islamic Republic of Iran', 'Persia'],
  KP: ['Korea North', "Democratic People's Republic of Korea", 'DPRK', 'DPR Korea'],
  KR: ['Korea South', 'Republic of Korea', 'Korea'],
  KZ: ['Khazakhstan'],
  LA: ["Lao People's Democratic Republic", 'Lao PDR'],
  LK: ['Ceylon'],
  MD: ['Moldavia', 'Republic of Moldova'],
  MK: ['Macedonia', 'FYR Macedonia', 'Former Yugoslav Republic of Macedonia', 'North Macedonia'],
  MM: ['Burma', 'Myanmar'],
  NL: ['Holland', 'The Netherlands'],
  NA: ['South-West Africa'],
  RU: ['Russian Federation'],
  SK: ['Slovak Republic'],
  SY: ['Syrian Arab Republic'],
  SZ: ['Swaziland', 'Ngwame'],
  TJ: ['Tadjikistan'],
  TL: ['Timor-Leste', 'East Timor'],
  TR: ['Turkiye'],
  TZ: ['United Republic of Tanzania', 'Tanganyika'],
  US: ['USA', 'U.S.A.', 'US', 'United States of America', 'America'],
  VA: ['Holy See', 'Vatican City State', 'Vatican'],
  VN: ['Viet Nam'],
  CN: ['PRC', 'P.R. China', "People's Republic of China"],
  BY: ['Byelorussia'],
  FM: ['Federated States of Micronesia'],
  GQ: ['Fernando Po'],
  BJ: ['Dahomey'],
  BF: ['Upper Volta'],
  KH: ['Kampuchea'],
  BZ: ['British Honduras'],
  ZW: ['Rhodesia'],
  AE: ['UAE'],
  SU: ['Former USSR', 'Soviet Union'],
  CS: ['Former Czechoslovakia'],
  YU: ['Former Yugoslavia'],
  AG: ['Antigua'],
  LY: ['Libyan Arab Jamahiriya'],
  SD: ['North Sudan'],
  AX: ['Aland Islands'],
  CC: ['Keeling Islands', 'Cocos Islands'],
  FK: ['Malvinas'],
  GF: ['French Guyana'],
  HK: ['Hong Kong SAR'],
  HM: ['Heard and McDonald Islands'],
  IM: ['Man, Isle of'],
  MO: ['Macau'],
  PN: ['Pitcairn', 'Pitcairn Island', 'Pitcairn Islands'],
  PS: [
    'Palestine',
    'State of Palestine',
    'Occupied Palestinian Territory',
    'West Bank and Gaza',
    'Gaza and Jericho',
    'Palestinian Territories',
  ],
  TW: ['Republic of China', 'Taiwan ROC', 'Chinese Taipei'],
  SX: ['St Maarten', 'St Maarten (South)'],
  MF: ['St Martin', 'St Maarten (North)'],
  VI: ['Virgin Islands of the USA', 'US Virgin Islands', 'Virgin Islands US'],
  VG: ['Virgin Islands (British)', 'BVI'],
  SJ: ['Svalbard Archipelago', 'Svalbard and Jan Mayen Islands'],
  'SH-HL': ['Saint Helena', 'St Helena', 'Saint Helena, Ascension and Tristan da Cunha', 'St Helena and Dependencies'],
  'BQ-SE': ['St Eustatius'],
  GS: ['South Georgia', 'S. Georgia and S. Sandwich Isls.'],
  BAT: ['British Antarctic Territory'],
  AQ: ['Antarctic'],
  XQZ: ['Akrotiri and Dhekelia'],
}

/** Names in the source that belong to a wider or another thing. */
const notNames = new Set(['Channel Islands', 'Virgin Islands'])

/** Countries and territories in one register, and the parts of the United Kingdom. */
export function countries(folder: string): Shipped[] {
  const codes = new Map(readTable(folder, 'country/country-codes.csv').map((row) => [row['ISO3166-1-Alpha-2']!, row]))
  const rows = [
    ...readTable(folder, 'country/countries.tsv').map((row) => country(row['country']!, 'country', row, codes)),
    ...readTable(folder, 'country/territories.tsv').map((row) => country(row['territory']!, 'territory', row, codes)),
    ...readTable(folder, 'country/uk.tsv').map((row) => country(`GB-${row['uk']}`, 'part of the United Kingdom', row, codes)),
  ]
  return [
    {
      register: 'country',
      title: 'Countries and territories',
      description:
        'British English names of the countries that the United Kingdom recognises, past and present, of territories, and of the parts of the United Kingdom',
      custodian: 'Foreign, Commonwealth and Development Office',
      licence: 'ogl-uk-3.0',
      source: 'openregister/country-data; datasets/country-codes; names in use added by hand',
      timestamp: '2019-06-14T14:27:30Z',
      fields: [
        { field: 'country', text: 'ISO 3166-1 alpha-2 code, or that of a part' },
        name('Common name'),
        { field: 'official-name', role: 'label', text: 'Official name' },
        { field: 'kind', text: 'country, territory or part of the United Kingdom' },
        { field: 'alpha-3', role: 'code', text: 'ISO 3166-1 alpha-3 code' },
        { field: 'numeric', role: 'code', text: 'ISO 3166-1 numeric code' },
        { field: 'citizen-names', cardinality: 'n', text: 'What its citizens are called' },
        { field: 'aliases', cardinality: 'n', role: 'alias', text: 'Other names in use' },
        { field: 'name-fr', role: 'label', text: 'French name' },
        { field: 'name-es', role: 'label', text: 'Spanish name' },
        { field: 'parent', cardinality: 'n', role: 'parent', text: 'What it is part of' },
        { field: 'replaced-by', cardinality: 'n', role: 'successor', text: 'Countries that took its place' },
        ...dates,
      ],
      rows: rows.map((row) => ({
        ...row,
        ...(successorsOf[String(row['country'])] && { 'replaced-by': successorsOf[String(row['country'])] }),
      })),
    },
  ]
}

const successorsOf: Record<string, string[]> = {
  SU: ['AM', 'AZ', 'BY', 'EE', 'GE', 'KZ', 'KG', 'LV', 'LT', 'MD', 'RU', 'TJ', 'TM', 'UA', 'UZ'],
  DD: ['DE'],
  CS: ['CZ', 'SK'],
  YU: ['BA', 'HR', 'MK', 'ME', 'RS', 'SI'],
}

const parentsOf: Record<string, string> = { GBN: 'GB', ENG: 'GB', SCT: 'GB', WLS: 'GB', NIR: 'GB' }

function country(code: string, kind: string, row: Record<string, string>, codes: ReadonlyMap<string, Record<string, string>>): Row {
  const ended = Boolean(row['end-date'])
  const iso = ended ? undefined : codes.get(code)
  const numeric = iso?.['ISO3166-1-numeric']
  const part = code.startsWith('GB-') ? parentsOf[code.slice(3)] : /^[A-Z]{2}-/.test(code) ? code.slice(0, 2) : undefined
  const known = [row['name'], row['official-name']]
  return {
    country: code,
    name: row['name'],
    'official-name': row['official-name'],
    kind,
    'alpha-3': iso?.['ISO3166-1-Alpha-3'],
    numeric: numeric && numeric.padStart(3, '0'),
    'citizen-names': (row['citizen-names'] ?? '').split(';').filter(Boolean),
    aliases: distinct(
      [
        ...(ended && code === 'DE' ? [] : (alsoKnownAs[code] ?? [])),
        iso?.['CLDR display name'],
        iso?.['UNTERM English Short']?.replace(/ \(the\)$/, ''),
        iso?.['official_name_en'],
      ].filter((text) => text && !notNames.has(text)),
      known,
    ),
    'name-fr': iso?.['official_name_fr'],
    'name-es': iso?.['official_name_es'],
    parent: part ? [part] : [],
    'start-date': row['start-date'],
    'end-date': row['end-date'],
  }
}
