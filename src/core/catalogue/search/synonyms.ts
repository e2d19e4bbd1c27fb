/**
 * Words that mean the same to whoever looks for data of government. A question that finds little is asked again with all words of a group.
 * Each is written as the index cuts words: lower case, without punctuation.
 */
const groups: readonly string[][] = [
  ['spending', 'expenditure', 'payments', 'spend'],
  ['gp', 'general practitioner', 'surgery'],
  ['nhs', 'national health service'],
  ['hospital', 'acute trust'],
  ['crime', 'offences'],
  ['car', 'vehicle', 'motor vehicle'],
  ['road accident', 'collision', 'casualty'],
  ['rubbish', 'waste', 'refuse'],
  ['council', 'local authority'],
  ['jobs', 'employment', 'vacancies'],
  ['unemployment', 'jobseekers', 'claimant count'],
  ['benefits', 'welfare'],
  ['school', 'academy'],
  ['university', 'higher education'],
  ['house prices', 'price paid'],
  ['housing', 'dwellings'],
  ['population', 'census', 'residents'],
  ['train', 'rail', 'railway'],
  ['aeroplane', 'aircraft', 'aviation'],
  ['weather', 'meteorological', 'climate'],
  ['map', 'boundaries', 'geospatial'],
  ['postcode', 'post code', 'postal code'],
  ['company', 'business', 'firm'],
  ['foi', 'freedom of information'],
  ['mp', 'member of parliament'],
  ['dft', 'department for transport'],
  ['dfe', 'department for education'],
  ['moj', 'ministry of justice'],
  ['defra', 'department for environment food and rural affairs'],
  ['hmrc', 'hm revenue and customs'],
  ['ons', 'office for national statistics'],
  ['electric car', 'electric vehicle', 'ev'],
  ['poverty', 'deprivation'],
  ['staff', 'workforce', 'employees'],
  ['covid', 'coronavirus'],
]

const known = new Map<string, string[]>()
for (const group of groups)
  for (const word of group) known.set(word, [...(known.get(word) ?? []), ...group.filter((other) => other !== word)])

/** Other words for a word or phrase; empty when there are none. A plural is looked up as its singular. */
export function synonymsOf(words: string): string[] {
  const text = words.toLowerCase()
  return known.get(text) ?? known.get(text.replace(/s$/, '')) ?? []
}
