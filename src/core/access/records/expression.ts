import type { DerivedAnswer, RecordService } from './model.ts'

/** A field of a grant or a request: a field of the record, or an answer with its arguments. */
export interface FieldExpression {
  /** As it is written: `points`, `pointsAtMost(6)`. Two that mean the same are the same text. */
  text: string
  name: string
  parameters: string[]
  answer?: DerivedAnswer
}

const MAX_LENGTH = 200
const shape = /^([a-z][A-Za-z0-9]*)(?:\(([^()]*)\))?$/

/** The expression that a text is for this service; undefined when it is none. */
export function readField(service: Pick<RecordService, 'fields' | 'answers'>, text: string): FieldExpression | undefined {
  const [, name, inside] = (text.length <= MAX_LENGTH && shape.exec(text)) || []
  if (!name) return undefined
  if (inside === undefined && service.fields.some((field) => field.name === name)) return { text, name, parameters: [] }
  const answer = service.answers.find((candidate) => candidate.name === name)
  if (!answer) return undefined
  const parameters = inside?.split(',').map((parameter) => parameter.trim()) ?? []
  const needed = answer.parameters.filter(({ optional }) => !optional).length
  if (parameters.length < needed || parameters.length > answer.parameters.length) return undefined
  if (!parameters.every((parameter, at) => answer.parameters[at]!.pattern.test(parameter))) return undefined
  return { text: parameters.length ? `${name}(${parameters.join(',')})` : name, name, parameters, answer }
}

/** What a person reads for it. */
export function labelOf(service: Pick<RecordService, 'fields' | 'answers'>, text: string): string {
  const field = readField(service, text)
  if (field?.answer) return field.answer.question(...field.parameters)
  return service.fields.find(({ name }) => name === text)?.label ?? text
}

/** Fields to ask the source for, so that these can be answered and nothing else. */
export function neededFields(fields: readonly FieldExpression[]): string[] {
  return [...new Set(fields.flatMap(({ name, answer }) => (answer ? answer.needs : [name])))]
}

/** The record as far as these fields go: answers worked out, everything else dropped, whatever the source gave. */
export function project(
  record: Readonly<Record<string, unknown>>,
  fields: readonly FieldExpression[],
  today: string,
): Record<string, unknown> {
  return Object.fromEntries(
    fields.map(({ text, name, parameters, answer }) => [
      text,
      answer ? answer.answer({ ...record }, parameters, today) : (record[name] ?? null),
    ]),
  )
}
