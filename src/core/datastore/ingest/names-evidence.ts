/** What a column's name says of its values. Names are read without case, dots and underscores. */
const words = (name: string): string => name.replace(/([a-z])([A-Z])/g, '$1 $2').replace(/[_.]/g, ' ')

const identifier =
  /(?:^|[^a-z])(?:id|ids|code|codes|no|num|number|ref|reference|urn|uprn|usrn|ukprn|gss|sic|isbn|issn|iban|key|account|invoice|barcode|postcode|post code|licence number|vat|reg|registration)(?:$|[^a-z])|(?:code|ref|urn|id)$/i
const telephone = /(?:^|[^a-z])(?:tel|telephone|phone|mobile|fax)(?:$|[^a-z])/i
const measure =
  /(?:^|[^a-z])(?:amounts?|value|net|gross|total|cost|costs|price|paid|spend|sum|balance|fees?|charges?|expenditure|payment|vat)(?:$|[^a-z])|£/i
const noMeasure =
  /(?:^|[^a-z])(?:number|no|num|code|codes|ref|reference|id|type|types|name|desc|description|descriptions|narrative|reg|registration|centre|center|category|group|method|area|date|month|period|status|reason|purpose|class|label)(?:$|[^a-z])/i
const date = /(?:^|[^a-z])(?:date|dates|dated|day|period|month|paid on|when|dob|start|end|from|until|to)(?:$|[^a-z])|date$/i

/** Codes and numbers of things, which are names and not amounts. A name that speaks of an amount or a date is none. */
export const isIdentifierName = (name: string): boolean =>
  identifier.test(words(name)) && !isMeasureName(name) && !/(?:^|[^a-z])dates?(?:$|[^a-z])/i.test(words(name))

export const isTelephoneName = (name: string): boolean => telephone.test(words(name))

/** Sums of money and other measures. */
export const isMeasureName = (name: string): boolean => measure.test(words(name)) && !noMeasure.test(words(name))

export const isDateName = (name: string): boolean => date.test(words(name))
