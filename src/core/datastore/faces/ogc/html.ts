import { xmlText } from '../../../../foundation/formats/xml-write.ts'
import type { Collection, Link } from './collection.ts'
import type { Feature } from './items.ts'

const link = ({ href, title, rel }: Link): string => `<li><a class="govuk-link" href="${xmlText(href)}">${xmlText(title ?? rel)}</a></li>`

/** Links as a list. */
export const linkList = (links: readonly Link[]): string => `<ul class="govuk-list govuk-list--bullet">${links.map(link).join('')}</ul>`

const paragraph = (text: string): string => `<p class="govuk-body">${xmlText(text)}</p>`

/** The collections, each with a link to its page. */
export function collectionList(collections: readonly Collection[], root: string): string {
  if (!collections.length) return paragraph('No table with positions has been published yet.')
  return `<ul class="govuk-list govuk-list--spaced">${collections
    .map(
      ({ id, title, manifest }) =>
        `<li><a class="govuk-link" href="${root}/collections/${encodeURIComponent(id)}?f=html">${xmlText(title)}</a>, ${manifest.rows.toLocaleString('en-GB')} rows</li>`,
    )
    .join('')}</ul>`
}

/** A page of features as a table. */
export function featureTable(features: readonly Feature[], { manifest }: Collection, base: string): string {
  const columns = manifest.columns
  const cell = (value: unknown) =>
    `<td class="govuk-table__cell">${xmlText(value === null || value === undefined ? '' : String(value))}</td>`
  const head = columns.map((column) => `<th scope="col" class="govuk-table__header">${xmlText(column.name)}</th>`).join('')
  const body = features
    .map(
      (feature) =>
        `<tr class="govuk-table__row"><th scope="row" class="govuk-table__header"><a class="govuk-link" href="${base}/items/${encodeURIComponent(String(feature.id))}?f=html">${xmlText(String(feature.id))}</a></th>${columns.map((column) => cell(feature.properties[column.name])).join('')}</tr>`,
    )
    .join('')
  return `<div class="table-box" tabindex="0" role="region" aria-label="Features"><table class="govuk-table"><thead class="govuk-table__head"><tr class="govuk-table__row"><th scope="col" class="govuk-table__header">Feature</th>${head}</tr></thead><tbody class="govuk-table__body">${body}</tbody></table></div>`
}

/** One feature, name by name. */
export function featureList({ properties, geometry }: Feature): string {
  const rows = Object.entries({ ...properties, Position: geometry ? `${geometry.coordinates[1]}, ${geometry.coordinates[0]}` : 'none' })
  return `<dl class="govuk-summary-list">${rows.map(([name, value]) => `<div class="govuk-summary-list__row"><dt class="govuk-summary-list__key">${xmlText(name)}</dt><dd class="govuk-summary-list__value">${xmlText(value === null ? '' : String(value))}</dd></div>`).join('')}</dl>`
}
