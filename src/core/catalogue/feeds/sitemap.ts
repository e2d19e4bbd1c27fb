import { xmlText } from '../../../foundation/formats/xml-write.ts'
import type { Dataset } from '../model.ts'

/**
 * Pages for search engines: one a dataset, the latest changed first.
 *
 * @see https://www.sitemaps.org/protocol.html (at most 50,000 addresses a file)
 */
export function sitemapText(datasets: readonly Dataset[], base: string): string {
  const pages = datasets.map(
    ({ name, modified }) => `  <url><loc>${xmlText(`${base}/datasets/${name}`)}</loc><lastmod>${modified}</lastmod></url>\n`,
  )
  return `<?xml version="1.0" encoding="UTF-8"?>\n<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">\n${pages.join('')}</urlset>\n`
}
