import type { Code } from '../codes/code.ts'
import { statusOn } from '../codes/code.ts'
import { isActive } from '../codes/find.ts'
import { type CodeList, refKey } from '../codes/list.ts'
import { correlationsOf } from '../codes/translate.ts'
import { many } from '../definition.ts'
import type { Resource } from './parameters.ts'
import { conceptMapUrl, type Fhir, systemUrl, valueSetUrl } from './systems.ts'

/** Codes that a code system resource carries; beyond, it says that they are to be asked for. */
const MAX_CONCEPTS = 5000

const common = (fhir: Fhir, register: string) => {
  const summary = fhir.registers.summary(register)
  return {
    summary,
    head: {
      name: pascal(register),
      title: summary.title,
      status: summary.status === 'retired' ? 'retired' : 'active',
      experimental: false,
      ...(summary.updated && { date: summary.updated.slice(0, 10) }),
      publisher: summary.custodian ?? 'not stated',
      ...(summary.description && { description: summary.description }),
    },
  }
}

export function codeSystem(fhir: Fhir, register: string, { concepts }: { concepts: boolean }): Resource {
  const { summary, head } = common(fhir, register)
  const list = fhir.codes.list(register)
  const whole = list.codes.size <= MAX_CONCEPTS
  return {
    resourceType: 'CodeSystem',
    id: register,
    url: systemUrl(fhir, register),
    version: String(summary.entries),
    ...head,
    caseSensitive: true,
    valueSet: valueSetUrl(fhir, register),
    hierarchyMeaning: 'part-of',
    compositional: false,
    versionNeeded: false,
    content: whole ? 'complete' : 'not-present',
    count: list.codes.size,
    property: [
      { code: 'status', uri: 'http://hl7.org/fhir/concept-properties#status', type: 'code' },
      { code: 'inactive', uri: 'http://hl7.org/fhir/concept-properties#inactive', type: 'boolean' },
      { code: 'parent', uri: 'http://hl7.org/fhir/concept-properties#parent', type: 'code' },
      ...summary.fields
        .filter(({ field }) => field !== register && field !== 'parent' && field !== 'status')
        .map(({ field, text }) => ({ code: field, ...(text && { description: text }), type: 'string' })),
    ],
    ...(concepts && whole && { concept: topConcepts(fhir, list) }),
  }
}

function topConcepts(fhir: Fhir, list: CodeList): object[] {
  const day = fhir.codes.today()
  const isInside = (code: Code) => code.parents.some((parent) => parent.register === list.register && list.codes.has(parent.code))
  const seen = new Set<string>()
  const concept = (code: Code): object => {
    seen.add(code.code)
    const inside = (list.children.get(refKey({ register: list.register, code: code.code })) ?? []).filter(({ code: key }) => !seen.has(key))
    return { ...conceptOf(list, code, day), ...(inside.length > 0 && { concept: inside.map(concept) }) }
  }
  return [...list.codes.values()].filter((code) => !isInside(code)).map(concept)
}

function conceptOf(list: CodeList, code: Code, day: string): object {
  const properties = propertiesOf(list, code, day)
  const designations = designationsOf(code)
  return {
    code: code.code,
    display: code.name,
    ...(designations.length > 0 && { designation: designations }),
    ...(properties.length > 0 && { property: properties }),
  }
}

/** Names beside the display, each with its language and what kind of name it is. */
export function designationsOf(code: Code): Array<{ language: string; use?: object; value: string }> {
  const uses = { name: undefined, alias: 'synonym', former: 'former-name' } as const
  return code.labels
    .filter(({ text }) => text !== code.name)
    .map(({ text, language, kind }) => ({
      language,
      ...(uses[kind] && { use: { system: 'http://hl7.org/fhir/tools/CodeSystem/designation-use', code: uses[kind] } }),
      value: text,
    }))
}

export function propertiesOf(list: CodeList, code: Code, day: string): Array<{ code: string; [value: `value${string}`]: unknown }> {
  const status = statusOn(code, day)
  return [
    { code: 'status', valueCode: status },
    { code: 'inactive', valueBoolean: !isActive(status) },
    ...code.parents.map((parent) => ({
      code: 'parent',
      valueCode: parent.register === list.register ? parent.code : `${parent.register}:${parent.code}`,
    })),
    ...list.definition.fields
      .filter(({ field }) => field !== list.register && field !== 'parent' && field !== 'status')
      .flatMap(({ field }) => many(code.item[field]).map((value) => ({ code: field, valueString: value }))),
  ]
}

export function valueSet(fhir: Fhir, register: string): Resource {
  const { summary, head } = common(fhir, register)
  return {
    resourceType: 'ValueSet',
    id: register,
    url: valueSetUrl(fhir, register),
    version: String(summary.entries),
    ...head,
    compose: { include: [{ system: systemUrl(fhir, register) }] },
  }
}

/** A way from one register into another that some register states. */
export interface MapOf {
  id: string
  source: string
  target: string
}

/** Every pair of registers between which a map leads; of a register with successors also that into itself. */
export function allMaps(fhir: Fhir): MapOf[] {
  const maps = new Map<string, MapOf>()
  const add = (source: string, target: string) => {
    const id = source === target ? `${source}-across-time` : `${source}-to-${target}`
    maps.set(id, { id, source, target })
  }
  const names = new Set(fhir.registers.names())
  for (const register of names)
    for (const { role, register: other } of fhir.registers.definition(register).fields) {
      if (role === 'successor') add(register, register)
      if ((role === 'code' || role === 'link') && other && other !== register && names.has(other)) {
        add(register, other)
        add(other, register)
      }
    }
  for (const { registers } of correlationsOf(fhir.codes.lists))
    for (const { source, target } of registers) {
      add(source, target)
      add(target, source)
    }
  return [...maps.values()]
}

/** A map with its elements, each as it is translated today. */
export function conceptMap(fhir: Fhir, { id, source, target }: MapOf, { elements }: { elements: boolean }): Resource {
  const list = fhir.codes.list(source)
  return {
    resourceType: 'ConceptMap',
    id,
    url: conceptMapUrl(fhir, id),
    version: String(list.size),
    name: pascal(id),
    title: source === target ? `${list.definition.title}: successors` : `From ${source} to ${target}`,
    status: 'active',
    sourceUri: valueSetUrl(fhir, source),
    targetUri: valueSetUrl(fhir, target),
    ...(elements && {
      group: [
        {
          source: systemUrl(fhir, source),
          target: systemUrl(fhir, target),
          element: [...list.codes.values()].flatMap((code) => elementOf(fhir, source, target, code)),
        },
      ],
    }),
  }
}

function elementOf(fhir: Fhir, source: string, target: string, code: Code): object[] {
  if (source === target && code.successors.length === 0) return []
  const { matches } = fhir.codes.translate(source, code.code, { to: target })
  if (matches.length === 0) return []
  return [
    {
      code: code.code,
      display: code.name,
      target: matches.map((match) => ({ code: match.code, display: match.display, equivalence: equivalences[match.relationship] })),
    },
  ]
}

/** R4's words for the relationships of R5: they say how the target stands to the source. */
export const equivalences = {
  equivalent: 'equivalent',
  'source-is-narrower-than-target': 'wider',
  'source-is-broader-than-target': 'narrower',
  'related-to': 'relatedto',
} as const

const pascal = (text: string): string => text.replace(/(?:^|-)([a-z0-9])/g, (_all, letter: string) => letter.toUpperCase())
