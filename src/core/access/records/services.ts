import { type Clock, Problem } from '../../../foundation/kernel/index.ts'
import { isPurposeLetter } from '../codes/format.ts'
import { type FieldExpression, readField } from './expression.ts'
import type { Purpose, RecordService } from './model.ts'
import { withBreaker } from './sources/breaker.ts'

export interface RecordServices {
  all(): readonly RecordService[]
  /** @throws {Problem} record-service-not-found */
  get(dataset: string): RecordService
  /** @throws {Problem} purpose-not-allowed */
  purpose(service: RecordService, code: string): Purpose
  /** The fields as expressions, each once. @throws {Problem} fields-not-allowed, naming those that the purpose allows. */
  allowed(service: RecordService, purpose: Purpose, fields: readonly string[]): FieldExpression[]
}

/** The record services that profiles declare, and what their purposes allow. */
export function recordServices(declared: readonly RecordService[], clock: Clock): RecordServices {
  const services = declared.map((service) => ({ ...service, source: withBreaker(service.source, service.title, clock) }))
  for (const service of services) checkService(service)
  checkLetters(services)
  return {
    all: () => services,
    get: (dataset) => {
      const found = services.find((service) => service.dataset === dataset)
      if (!found)
        throw new Problem('record-service-not-found', { detail: `There is no record service ${JSON.stringify(dataset.slice(0, 100))}.` })
      return found
    },
    purpose: (service, code) => {
      const found = service.purposes.find((purpose) => purpose.code === code)
      if (!found)
        throw new Problem('purpose-not-allowed', {
          detail: `${service.title} is not given for ${JSON.stringify(code.slice(0, 100))}.`,
          pointer: '/purpose',
          purposes: service.purposes.map((purpose) => purpose.code),
        })
      return found
    },
    allowed: (service, purpose, fields) => {
      const read = new Map<string, FieldExpression>()
      for (const text of fields) {
        const field = readField(service, text)
        if (!field || !purpose.fields.includes(field.name)) throw notAllowed(service, purpose, text)
        read.set(field.text, field)
      }
      if (read.size === 0)
        throw new Problem('fields-not-allowed', {
          detail: 'Name at least one field.',
          pointer: '/fields',
          allowed: forms(service, purpose),
        })
      return [...read.values()]
    },
  }
}

function notAllowed(service: RecordService, purpose: Purpose, text: string): Problem {
  return new Problem('fields-not-allowed', {
    detail: `The purpose ${purpose.code} does not allow ${JSON.stringify(text.slice(0, 100))}.`,
    pointer: '/fields',
    allowed: forms(service, purpose),
  })
}

/** The fields that a purpose allows, as one writes them. */
export function forms(service: RecordService, purpose: Purpose): string[] {
  return purpose.fields.map((name) => {
    const answer = service.answers.find((candidate) => candidate.name === name)
    return answer
      ? `${name}(${answer.parameters.map((parameter) => (parameter.optional ? `[${parameter.name}]` : parameter.name)).join(',')})`
      : name
  })
}

/** A declaration that contradicts itself stops the server from starting. */
function checkService(service: RecordService): void {
  const names = new Set([...service.fields, ...service.answers].map(({ name }) => name))
  const known = new Set(service.fields.map(({ name }) => name))
  const unknown = [
    ...service.purposes.flatMap((purpose) => [...purpose.fields, ...purpose.usual.map((text) => text.replace(/\(.*/, ''))]),
  ].filter((name) => !names.has(name))
  unknown.push(...service.answers.flatMap(({ needs }) => needs).filter((name) => !known.has(name)))
  if (unknown.length > 0) throw new Error(`${service.dataset} names fields it does not have: ${unknown.join(', ')}`)
}

/** The letter of a share code tells its service and purpose, so that a checker can be asked the right question before anything is looked up. */
function checkLetters(services: readonly RecordService[]): void {
  const letters = services.flatMap(({ purposes }) => purposes.flatMap(({ letter }) => letter ?? []))
  const wrong = letters.filter((letter, at) => letters.indexOf(letter) !== at || !isPurposeLetter(letter))
  if (wrong.length > 0) throw new Error(`Letters of purposes that are taken, or not of the alphabet of codes: ${wrong.join(', ')}`)
}
