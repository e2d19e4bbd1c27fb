import { randomUUID } from 'node:crypto'
import type { Code } from '../codes/code.ts'
import { statusOn } from '../codes/code.ts'
import { foldText } from '../codes/expand.ts'
import { isActive } from '../codes/find.ts'
import { refKey } from '../codes/list.ts'
import type { Match } from '../codes/translate.ts'
import { validateCode } from '../codes/validate.ts'
import { type Member, membersOf } from './compose.ts'
import { FhirError, issuesOutcome } from './outcome.ts'
import { type Coding, type Inputs, type Parameter, parametersOf, type Resource, said } from './parameters.ts'
import { allMaps, designationsOf, equivalences, propertiesOf } from './resources.ts'
import { atOf, conceptMapUrl, type Fhir, findSystem, systemUrl, valueSetUrl } from './systems.ts'

/** An operation on a type of resource; `id` is the resource it is called on, if any. */
export type Operation = (fhir: Fhir, inputs: Inputs, id: string | undefined) => Resource

interface Asked {
  coding: Coding
  /** Where the code stands in what was asked, for the expressions of issues. */
  path: string
}

/** The codings of a question: a coding, those of a CodeableConcept, or code and system. */
function codingsOf(inputs: Inputs): Asked[] {
  const concept = inputs.value<{ coding?: Coding[] }>('codeableConcept')
  if (concept) return (concept.coding ?? []).map((coding, at) => ({ coding, path: `CodeableConcept.coding[${at}]` }))
  const coding = inputs.value<Coding>('coding')
  if (coding) return [{ coding, path: 'Coding' }]
  const code = inputs.text('code')
  if (code === undefined) throw new FhirError(400, 'required', 'Say which code: code, coding or codeableConcept.')
  const system = inputs.text('system')
  const version = inputs.text('systemVersion', 'version')
  const display = inputs.text('display')
  return [{ coding: { code, ...(system && { system }), ...(version && { version }), ...(display && { display }) }, path: '' }]
}

interface Checked {
  result: boolean
  parameters: Resource
}

function check(fhir: Fhir, { coding, path }: Asked, inputs: Inputs, register: string, isMember?: (code: Code) => boolean): Checked {
  const { size } = coding.version && /^\d+$/.test(coding.version) ? findSystem(fhir, register, coding.version) : { size: undefined }
  const date = inputs.text('date')
  const { list, day } = fhir.codes.moment(register, size !== undefined ? atOf(size, undefined) : date?.slice(0, 10))
  const lenient = inputs.flag('lenient-display-validation') ?? inputs.text('mode') === 'lenient-display-validation'
  const validation = validateCode(list, coding.code ?? '', {
    day,
    strict: true,
    ...(coding.display && { display: coding.display }),
    ...(inputs.flag('activeOnly') && { activeOnly: true }),
    ...(isMember && { isWithin: isMember, within: inputs.text('url') ?? 'the value set' }),
  })
  const issues = validation.issues.map((issue) =>
    lenient && issue.code === 'invalid-display' ? { ...issue, severity: 'warning' as const } : issue,
  )
  const result = issues.every(({ severity }) => severity !== 'error')
  const message = issues.map((issue) => issue.message).join(' ')
  return {
    result,
    parameters: parametersOf([
      { name: 'result', valueBoolean: result },
      said.code('code', coding.code),
      said.uri('system', systemUrl(fhir, register)),
      said.text('version', String(list.size)),
      said.text('display', validation.display),
      said.flag('inactive', validation.inactive ? true : undefined),
      said.code('status', validation.inactive ? validation.status : undefined),
      said.text('message', message === '' ? undefined : message),
      issues.length > 0 && { name: 'issues', resource: issuesOutcome(issues, path) as Resource },
    ]),
  }
}

function unknownSystem(error: FhirError, { coding, path }: Asked): Resource {
  const issues = issuesOutcome([], path) as { issue: object[] }
  issues.issue.push(...(error.toOutcome() as { issue: object[] }).issue)
  return parametersOf([
    { name: 'result', valueBoolean: false },
    said.code('code', coding.code),
    said.uri('system', coding.system),
    said.text('message', error.message),
    { name: 'issues', resource: issues as unknown as Resource },
  ])
}

/** The first of several codings that is right, or the last that is not. */
function firstRight(answers: Resource[]): Resource {
  const right = answers.find(({ parameter }) => (parameter as Parameter[])[0]?.['valueBoolean'] === true)
  return right ?? answers.at(-1) ?? parametersOf([{ name: 'result', valueBoolean: false }, said.text('message', 'No code was given.')])
}

export const validateInSystem: Operation = (fhir, inputs, id) =>
  firstRight(
    codingsOf(inputs).map((asked) => {
      const url = id ?? inputs.text('url') ?? asked.coding.system
      if (!url) throw new FhirError(400, 'required', 'Say which code system: url.')
      try {
        return check(fhir, asked, inputs, findSystem(fhir, url).register).parameters
      } catch (error) {
        if (error instanceof FhirError && error.type === 'not-found') return unknownSystem(error, asked)
        throw error
      }
    }),
  )

export const validateInValueSet: Operation = (fhir, inputs, id) => {
  const members = membersOf(fhir, sourceOf(fhir, inputs, id), askedOf(inputs))
  const held = new Set(members.map(({ list, code }) => `${list.register} ${code.code}`))
  const registers = [...new Set(members.map(({ list }) => list.register))]
  return firstRight(
    codingsOf(inputs).map((asked) => {
      const { system } = asked.coding
      if (!system && registers.length > 1 && inputs.flag('inferSystem') !== true)
        throw new FhirError(400, 'required', 'Say which code system: system; or inferSystem.')
      try {
        const candidates = system ? [findSystem(fhir, system).register] : registers
        const answers = candidates.map((register) => check(fhir, asked, inputs, register, (code) => held.has(`${register} ${code.code}`)))
        return (answers.find(({ result }) => result) ?? answers[0])?.parameters ?? parametersOf([{ name: 'result', valueBoolean: false }])
      } catch (error) {
        if (error instanceof FhirError && error.type === 'not-found') return unknownSystem(error, asked)
        throw error
      }
    }),
  )
}

function sourceOf(fhir: Fhir, inputs: Inputs, id: string | undefined): { url?: string; resource?: Resource } {
  const resource = inputs.resource('valueSet')
  const url = id !== undefined ? valueSetUrl(fhir, id) : inputs.text('url')
  return { ...(resource && { resource }), ...(url && { url }) }
}

function askedOf(inputs: Inputs) {
  const date = inputs.text('date')
  return { ...(date && { date }), systemVersions: [...inputs.texts('system-version'), ...inputs.texts('force-system-version')] }
}

export const lookup: Operation = (fhir, inputs, id) => {
  const [asked] = codingsOf(inputs)
  const url = id ?? asked?.coding.system ?? inputs.text('url')
  if (!asked?.coding.code || !url) throw new FhirError(400, 'required', 'Say which code of which system: code and system, or coding.')
  const { register, size } = findSystem(fhir, url, asked.coding.version)
  const { list, day } = fhir.codes.moment(register, atOf(size, inputs.text('date')))
  const code = list.codes.get(asked.coding.code)
  if (!code)
    throw new FhirError(
      404,
      'not-found',
      `Unknown code ${JSON.stringify(asked.coding.code)} in ${systemUrl(fhir, register)} version ${list.size}.`,
      'invalid-code',
      'code',
    )
  const wanted = inputs.texts('property')
  const children = list.children.get(refKey({ register, code: code.code })) ?? []
  const properties = [...propertiesOf(list, code, day), ...children.map((child) => ({ code: 'child', valueCode: child.code }))].filter(
    (property) => wanted.length === 0 || wanted.includes(property.code) || wanted.includes('*'),
  )
  return parametersOf([
    said.text('name', list.definition.title),
    said.text('version', String(list.size)),
    said.text('display', code.name),
    said.code('code', code.code),
    said.uri('system', systemUrl(fhir, register)),
    { name: 'abstract', valueBoolean: false },
    ...designationsOf(code).map(
      ({ language, use, value }): Parameter => ({
        name: 'designation',
        part: [
          { name: 'language', valueCode: language },
          ...(use ? [{ name: 'use', valueCoding: use }] : []),
          { name: 'value', valueString: value },
        ],
      }),
    ),
    ...properties.map(({ code: property, ...value }): Parameter => {
      const [type = 'valueString', content] = Object.entries(value)[0] ?? []
      return { name: 'property', part: [{ name: 'code', valueCode: property }, { name: 'value', [type]: content } as Parameter] }
    }),
  ])
}

export const subsumes: Operation = (fhir, inputs, id) => {
  const [a, b] = ['A', 'B'].map((letter) => inputs.value<Coding>(`coding${letter}`)?.code ?? inputs.text(`code${letter}`))
  const url = id ?? inputs.text('system') ?? inputs.value<Coding>('codingA')?.system
  if (!a || !b || !url) throw new FhirError(400, 'required', 'Say which codes of which system: codeA, codeB and system.')
  const { register, size } = findSystem(fhir, url, inputs.text('version'))
  const { codes } = fhir.codes.list(register)
  for (const code of [a, b])
    if (!codes.has(code))
      throw new FhirError(404, 'not-found', `Unknown code ${JSON.stringify(code)} in ${systemUrl(fhir, register)}.`, 'invalid-code')
  return parametersOf([said.code('outcome', fhir.codes.subsumes(register, a, b, atOf(size, undefined)))])
}

const MAX_EXPANSION = 10_000

export const expand: Operation = (fhir, inputs, id) => {
  const source = sourceOf(fhir, inputs, id)
  const asked = askedOf(inputs)
  const day = asked.date?.slice(0, 10) ?? fhir.codes.today()
  const activeOnly = inputs.flag('activeOnly') ?? false
  const words = foldText(inputs.text('filter') ?? '')
    .split(' ')
    .filter(Boolean)
  const members = membersOf(fhir, source, asked).filter(
    ({ code }) => (!activeOnly || isActive(statusOn(code, day))) && hasWords(code, words),
  )
  const offset = inputs.count('offset') ?? 0
  const count = inputs.count('count')
  if (count === undefined && members.length > MAX_EXPANSION)
    throw new FhirError(422, 'too-costly', `The value set has ${members.length} codes; ask for a page with count and offset.`)
  const nested = inputs.flag('excludeNested') === false && count === undefined && words.length === 0
  const page = members.slice(offset, count === undefined ? undefined : offset + count)
  const systems = [...new Map(members.map(({ list }) => [list.register, list])).values()]
  const resource = source.resource ?? { ...(source.url && { url: source.url.split('|')[0] }) }
  return {
    resourceType: 'ValueSet',
    ...(typeof resource['url'] === 'string' && { url: resource['url'] }),
    status: 'active',
    expansion: {
      identifier: `urn:uuid:${randomUUID()}`,
      timestamp: fhir.now().toISOString(),
      total: members.length,
      ...((offset > 0 || count !== undefined) && { offset }),
      parameter: [
        ...(['filter', 'date', 'displayLanguage'] as const).flatMap((name) => {
          const text = inputs.text(name)
          return text === undefined ? [] : [{ name, valueString: text }]
        }),
        ...(inputs.flag('activeOnly') === undefined ? [] : [{ name: 'activeOnly', valueBoolean: activeOnly }]),
        ...(count === undefined
          ? []
          : [
              { name: 'count', valueInteger: count },
              { name: 'offset', valueInteger: offset },
            ]),
        ...systems.map((list) => ({ name: 'used-codesystem', valueUri: `${systemUrl(fhir, list.register)}|${list.size}` })),
      ],
      contains: nested ? nestedContains(fhir, inputs, members, day) : page.map((member) => contained(fhir, inputs, member, day)),
    },
  }
}

function hasWords(code: Code, words: readonly string[]): boolean {
  if (words.length === 0) return true
  const text = foldText([code.code, ...code.labels.map((label) => label.text)].join(' '))
  return words.every((word) => text.includes(word))
}

function contained(fhir: Fhir, inputs: Inputs, { list, code }: Member, day: string): object {
  const language = inputs.text('displayLanguage')?.slice(0, 2)
  const display = (language && code.labels.find((label) => label.kind === 'name' && label.language === language)?.text) ?? code.name
  const wanted = inputs.texts('property')
  const properties = wanted.length > 0 ? propertiesOf(list, code, day).filter((property) => wanted.includes(property.code)) : []
  return {
    system: systemUrl(fhir, list.register),
    ...(!isActive(statusOn(code, day)) && { inactive: true }),
    code: code.code,
    display,
    ...(inputs.flag('includeDesignations') && { designation: designationsOf(code) }),
    ...(properties.length > 0 && {
      extension: properties.map(({ code: name, ...value }) => ({
        url: 'http://hl7.org/fhir/5.0/StructureDefinition/extension-ValueSet.expansion.contains.property',
        extension: [
          { url: 'code', valueCode: name },
          { url: 'value', ...value },
        ],
      })),
    }),
  }
}

function nestedContains(fhir: Fhir, inputs: Inputs, members: Member[], day: string): object[] {
  const kept = new Map(members.map((member) => [`${member.list.register} ${member.code.code}`, member]))
  const isInside = ({ list, code }: Member) =>
    code.parents.some((parent) => parent.register === list.register && kept.has(`${list.register} ${parent.code}`))
  const seen = new Set<Member>()
  const write = (member: Member): object => {
    seen.add(member)
    const { list, code } = member
    const inside = (list.children.get(refKey({ register: list.register, code: code.code })) ?? [])
      .flatMap((child) => kept.get(`${list.register} ${child.code}`) ?? [])
      .filter((child) => !seen.has(child))
    return { ...contained(fhir, inputs, member, day), ...(inside.length > 0 && { contains: inside.map(write) }) }
  }
  return members.filter((member) => !isInside(member)).map(write)
}

export const translate: Operation = (fhir, inputs, id) => {
  const newer =
    inputs.text('sourceCode') !== undefined || inputs.value('sourceCoding') !== undefined || inputs.text('sourceSystem') !== undefined
  const maps = allMaps(fhir)
  const url = inputs.text('url')
  const map = id !== undefined || url ? maps.find((one) => one.id === id || conceptMapUrl(fhir, one.id) === url) : undefined
  if ((id !== undefined || url) && !map) throw new FhirError(404, 'not-found', `There is no concept map ${id ?? url}.`, 'not-found')
  const coding = inputs.value<Coding>('sourceCoding') ?? inputs.value<Coding>('coding')
  const reverse = inputs.flag('reverse') ?? (inputs.text('targetCode') !== undefined && inputs.text('sourceCode') === undefined)
  const code = coding?.code ?? inputs.text('sourceCode', 'code', ...(reverse ? ['targetCode'] : []))
  const system = coding?.system ?? inputs.text('sourceSystem', 'system')
  const target = inputs.text('targetSystem', 'targetsystem', 'target', 'targetScope')
  const from = system ? findSystem(fhir, system).register : reverse ? map?.target : map?.source
  const to = target ? findSystem(fhir, target).register : reverse ? map?.source : (map?.target ?? from)
  if (!code || !from || !to)
    throw new FhirError(400, 'required', 'Say which code of which system, and into which: sourceCode, sourceSystem, targetSystem.')
  const date = inputs.text('date')
  const { list } = fhir.codes.moment(from, undefined)
  if (!list.codes.has(code))
    throw new FhirError(404, 'not-found', `Unknown code ${JSON.stringify(code)} in ${systemUrl(fhir, from)}.`, 'invalid-code', 'code')
  const { result, matches, message } = fhir.codes.translate(from, code, { to, ...(date && { at: date.slice(0, 10) }) })
  const used = map ?? maps.find((one) => one.source === from && one.target === to)
  return parametersOf([
    { name: 'result', valueBoolean: result },
    said.text('message', message),
    ...matches.map((match): Parameter => matchParameter(fhir, match, newer, used?.id)),
  ])
}

function matchParameter(fhir: Fhir, match: Match, newer: boolean, map: string | undefined): Parameter {
  return {
    name: 'match',
    part: [
      newer
        ? { name: 'relationship', valueCode: match.relationship }
        : { name: 'equivalence', valueCode: equivalences[match.relationship] },
      { name: 'concept', valueCoding: { system: systemUrl(fhir, match.register), code: match.code, display: match.display } },
      ...(map ? [{ name: newer ? 'originMap' : 'source', valueUri: conceptMapUrl(fhir, map) }] : []),
      { name: 'product', part: [{ name: 'attribute', valueUri: 'weight' }, { name: 'value', valueDecimal: match.weight } as Parameter] },
    ],
  }
}
