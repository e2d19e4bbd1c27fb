import type { Dataset } from './model.ts'

/** A licence as people read it and as machines name it. Without an address the terms have none of their own. */
export const licenceTerms: Record<Dataset['licence'], { title: string; uri?: string; open: boolean }> = {
  'ogl-uk-3.0': {
    title: 'Open Government Licence v3.0',
    uri: 'https://www.nationalarchives.gov.uk/doc/open-government-licence/version/3/',
    open: true,
  },
  'cc-by-4.0': { title: 'Creative Commons Attribution 4.0', uri: 'https://creativecommons.org/licenses/by/4.0/', open: true },
  'cc0-1.0': { title: 'Creative Commons Zero 1.0', uri: 'https://creativecommons.org/publicdomain/zero/1.0/', open: true },
  'odbl-1.0': { title: 'Open Database License 1.0', uri: 'https://opendatacommons.org/licenses/odbl/1-0/', open: true },
  'end-user-licence': { title: 'End user licence', open: false },
  'other-closed': { title: 'Other terms, not open', open: false },
  'not-stated': { title: 'Licence not stated', open: false },
}

/** @see http://publications.europa.eu/resource/authority/frequency */
export const frequencyUris: Record<Dataset['accrualPeriodicity'], string> = {
  continuous: frequency('CONT'),
  daily: frequency('DAILY'),
  weekly: frequency('WEEKLY'),
  monthly: frequency('MONTHLY'),
  quarterly: frequency('QUARTERLY'),
  'twice-a-year': frequency('ANNUAL_2'),
  yearly: frequency('ANNUAL'),
  irregular: frequency('IRREG'),
  once: frequency('NEVER'),
  unknown: frequency('UNKNOWN'),
}

function frequency(code: string): string {
  return `http://publications.europa.eu/resource/authority/frequency/${code}`
}

/** Media types that are registered, of those that occur here. */
const registered = new Set([
  'application/geo+json',
  'application/gzip',
  'application/json',
  'application/vnd.apache.parquet',
  'application/vnd.ms-excel',
  'application/vnd.oasis.opendocument.spreadsheet',
  'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
  'application/xml',
  'application/zip',
  'text/csv',
  'text/plain',
  'text/tab-separated-values',
])

/** Address of a media type at IANA; undefined when it is not registered there. */
export function mediaTypeUri(mediaType: string): string | undefined {
  const name = (mediaType.split(';')[0] ?? '').trim().toLowerCase()
  return registered.has(name) ? `https://www.iana.org/assignments/media-types/${name}` : undefined
}

/**
 * The themes of data.gov.uk, with the closest of the European data themes, which DCAT-AP readers know.
 *
 * @see http://publications.europa.eu/resource/authority/data-theme
 */
export const themes: Record<string, { title: string; european?: string }> = {
  'business-and-economy': { title: 'Business and economy', european: 'ECON' },
  'crime-and-justice': { title: 'Crime and justice', european: 'JUST' },
  defence: { title: 'Defence', european: 'GOVE' },
  'digital-service-performance': { title: 'Digital service performance', european: 'GOVE' },
  education: { title: 'Education', european: 'EDUC' },
  environment: { title: 'Environment', european: 'ENVI' },
  government: { title: 'Government', european: 'GOVE' },
  'government-reference-data': { title: 'Government reference data', european: 'GOVE' },
  'government-spending': { title: 'Government spending', european: 'ECON' },
  health: { title: 'Health', european: 'HEAL' },
  mapping: { title: 'Mapping', european: 'REGI' },
  society: { title: 'Society', european: 'SOCI' },
  'towns-and-cities': { title: 'Towns and cities', european: 'REGI' },
  transport: { title: 'Transport', european: 'TRAN' },
}

export function licenceTitle(licence: string): string {
  return (licenceTerms as Record<string, { title: string } | undefined>)[licence]?.title ?? licence
}

/** The theme as people write it; one that is not in the list keeps its own words. */
export function themeTitle(theme: string): string {
  const words = theme.replaceAll('-', ' ')
  return themes[theme]?.title ?? words.charAt(0).toUpperCase() + words.slice(1)
}
