import type { Dataset } from '../model.ts'

/**
 * Datasets as a JSON feed.
 *
 * @see JSON Feed, version 1.1
 */
export function toJsonFeed(feed: { title: string; address: string; page: string; base: string; datasets: readonly Dataset[] }): object {
  return {
    version: 'https://jsonfeed.org/version/1.1',
    title: feed.title,
    home_page_url: feed.page,
    feed_url: feed.address,
    language: 'en-GB',
    items: feed.datasets.map((dataset) => ({
      id: `urn:uuid:${dataset.identifier}`,
      url: `${feed.base}/datasets/${dataset.name}`,
      title: dataset.title,
      content_text: (dataset.description ?? dataset.title).slice(0, 2_000),
      date_published: dataset.issued,
      date_modified: dataset.modified,
      authors: [{ name: dataset.publisher, url: `${feed.base}/publishers/${dataset.publisher}` }],
      ...(dataset.keyword.length && { tags: dataset.keyword }),
    })),
  }
}
