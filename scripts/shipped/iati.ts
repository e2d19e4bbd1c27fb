import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { SaxesParser } from 'saxes'
import { type Field, name, type Row, type Shipped } from './table.ts'

/** The list of registration agencies is org-id's, under the Open Database License, and stays out. */
const left = new Set(['OrganisationRegistrationAgency'])
/** Lists that are registers of their own here, by the name they have. */
const ownNames: Record<string, { register: string; title: string }> = {
  Currency: { register: 'currency', title: 'Currencies' },
  Language: { register: 'language', title: 'Languages' },
  FileFormat: { register: 'media-type', title: 'Media types' },
}

interface Code {
  code: string
  names: Map<string, string>
  category: string
  status: string
  start: string
  end: string
}
interface List {
  name: string
  title: string
  categoryList: string
  codes: Code[]
}

/** The code lists of the IATI standard, and the currencies, languages and media types that it keeps. */
export function iatiLists(folder: string): Shipped[] {
  const lists = ['embedded', 'non-embedded'].flatMap((part) =>
    readdirSync(join(folder, 'iati-codelists', part))
      .sort()
      .map((file) => readList(readFileSync(join(folder, 'iati-codelists', part, file), 'utf8'))),
  )
  return lists.filter((list) => !left.has(list.name)).map(shipped)
}

const registerOf = (list: string): string => ownNames[list]?.register ?? `iati-${kebab(list)}`
const kebab = (text: string): string =>
  text
    .replace(/([a-z])([A-Z])/g, '$1-$2')
    .replace(/([A-Z]+)([A-Z][a-z])/g, '$1-$2')
    .toLowerCase()

function shipped(list: List): Shipped {
  const register = registerOf(list.name)
  const languages = [...new Set(list.codes.flatMap(({ names }) => [...names.keys()]))].filter((language) => language !== 'en').sort()
  const has = (field: keyof Code) => list.codes.some((code) => code[field] !== '')
  const fields: Field[] = [
    { field: register, text: `Code of the list ${list.name}` },
    name(),
    ...languages.map((language): Field => ({ field: `name-${language}`, role: 'label', text: `Name (${language})` })),
    ...(has('category')
      ? [
          {
            field: 'parent',
            role: 'parent',
            text: 'Category',
            ...(list.categoryList && { register: registerOf(list.categoryList) }),
          } satisfies Field,
        ]
      : []),
    ...(list.codes.some(({ status }) => status === 'withdrawn') ? [{ field: 'status', text: 'withdrawn, or nothing' }] : []),
    ...(has('start') ? [{ field: 'start-date', datatype: 'datetime', text: 'First day' }] : []),
    ...(has('end') ? [{ field: 'end-date', datatype: 'datetime', text: 'Last day' }] : []),
  ]
  return {
    register,
    title: ownNames[list.name]?.title ?? `IATI ${list.title}`,
    description: ownNames[list.name] ? `Codes of the IATI code list ${list.title}` : `Code list ${list.name} of the IATI standard 2.03`,
    custodian: 'International Aid Transparency Initiative',
    licence: 'cc-by-4.0',
    source: 'IATI Standard (iatistandard.org), with the owners of replicated lists: OECD DAC, ISO, IANA, UN',
    timestamp: '2024-01-01T00:00:00Z',
    fields,
    rows: list.codes.map(
      (code): Row => ({
        [register]: code.code,
        name: code.names.get('en') || [...code.names.values()][0] || code.code,
        ...Object.fromEntries(languages.map((language) => [`name-${language}`, code.names.get(language)])),
        parent: code.category,
        status: code.status === 'withdrawn' ? 'withdrawn' : undefined,
        'start-date': code.start,
        'end-date': code.end,
      }),
    ),
  }
}

function readList(xml: string): List {
  const list: List = { name: '', title: '', categoryList: '', codes: [] }
  const parser = new SaxesParser()
  const path: string[] = []
  let text = ''
  let language = 'en'
  parser.on('opentag', ({ name: tag, attributes }) => {
    path.push(tag)
    text = ''
    if (tag === 'codelist') {
      list.name = attributes['name'] ?? ''
      list.categoryList = attributes['category-codelist'] ?? ''
    }
    if (tag === 'codelist-item')
      list.codes.push({
        code: '',
        names: new Map(),
        category: '',
        status: attributes['status'] ?? 'active',
        start: attributes['activation-date'] ?? '',
        end: attributes['withdrawal-date'] ?? '',
      })
    if (tag === 'narrative') language = attributes['xml:lang'] ?? 'en'
  })
  parser.on('text', (piece) => {
    text += piece
  })
  parser.on('closetag', () => {
    const place = path.join('/')
    const words = text.replace(/\s+/g, ' ').replaceAll('|', '/').trim()
    const code = list.codes.at(-1)
    if (place === 'codelist/metadata/name/narrative' && language === 'en') list.title = words
    if (code && place === 'codelist/codelist-items/codelist-item/code') code.code = words
    if (code && place === 'codelist/codelist-items/codelist-item/category') code.category = words
    if (code && words && place === 'codelist/codelist-items/codelist-item/name/narrative') code.names.set(language, words)
    path.pop()
    text = ''
  })
  parser.write(xml).close()
  return list
}
