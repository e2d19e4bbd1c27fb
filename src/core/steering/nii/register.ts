import type { NewRegister } from '../../registers/index.ts'
import type { NiiRecord } from './model.ts'

/** The register that every step of the list is entered into, so that its past can be proved. */
export const NII_REGISTER = 'national-information-infrastructure'

export const niiRegister: NewRegister = {
  register: NII_REGISTER,
  title: 'National Information Infrastructure',
  description:
    'Data that the nation relies on, and how far each piece has come. An entry is added at every step, so that the list can be proved.',
  licence: 'ogl-uk-3.0',
  noticeDays: 0,
  fields: [
    { field: NII_REGISTER, datatype: 'string', cardinality: '1', text: 'Name of the entry in addresses' },
    { field: 'name', datatype: 'string', cardinality: '1', text: 'Name of the data', role: 'label' },
    { field: 'stage', datatype: 'string', cardinality: '1', text: 'How far it has come' },
    { field: 'publisher', datatype: 'string', cardinality: '1', text: 'Who answers for it' },
    { field: 'theme', datatype: 'string', cardinality: '1' },
    { field: 'dataset', datatype: 'string', cardinality: '1', text: 'Dataset of the catalogue' },
    { field: 'reason', datatype: 'text', cardinality: '1', text: 'Reason of the latest decision' },
    { field: 'score', datatype: 'integer', cardinality: '1', text: 'Sum of the scores, 0 to 20' },
  ],
}

export function itemOf(entry: NiiRecord): Record<string, string> {
  const total = totalOf(entry)
  return {
    [NII_REGISTER]: entry.id,
    name: entry.title,
    stage: entry.stage,
    ...((entry.publisher ?? entry.publisherTitle) && { publisher: entry.publisher ?? entry.publisherTitle ?? '' }),
    ...(entry.theme && { theme: entry.theme }),
    ...(entry.dataset && { dataset: entry.dataset }),
    ...(entry.reason && { reason: entry.reason }),
    ...(total !== undefined && { score: String(total) }),
  }
}

/** Sum of the scores, 0 to 20. */
export const totalOf = ({ scores }: Pick<NiiRecord, 'scores'>): number | undefined =>
  scores && Object.values(scores).reduce((sum, { score }) => sum + score, 0)
