import { join } from 'node:path'
import nunjucks from 'nunjucks'
import type { Config } from '../../foundation/kernel/index.ts'
import { type Assets, govukFolder } from './assets.ts'
import { agoText, dateText, figureText, numberText, paragraphs, plural, safeAddress, sentenceCase, sizeText } from './view/format.ts'

/** What surrounds every page. */
export interface Shell {
  title: string
  /** Part of the navigation that is marked as here. */
  section?: 'data' | 'registers' | 'publishers' | 'progress' | 'publish' | 'docs' | 'developers' | 'my'
  /** Address of the same page as data. */
  data?: string
  /** The page has its own search box. */
  ownSearch?: boolean
  /** Way back up, outermost first. */
  trail?: Array<{ text: string; href: string }>
}

export type Render = (template: string, shell: Shell, view: object) => string

const navigation = [
  { id: 'data', text: 'Data', href: '/datasets' },
  { id: 'registers', text: 'Code lists', href: '/registers' },
  { id: 'publishers', text: 'Publishers', href: '/publishers' },
  { id: 'progress', text: 'Progress', href: '/progress' },
  { id: 'publish', text: 'Publish', href: '/publish' },
  { id: 'my', text: 'My records', href: '/my' },
  { id: 'developers', text: 'Developers', href: '/developers' },
  { id: 'docs', text: 'Docs', href: '/docs' },
]

/** Makes the function that turns a template and its view into a page. Whatever a template prints is escaped. */
export function openRenderer(options: { config: Config; assets: Assets; now: () => Date; progress: boolean }): Render {
  const templates = join(import.meta.dirname, 'templates')
  const environment = new nunjucks.Environment(new nunjucks.FileSystemLoader([templates, govukFolder], { noCache: false }), {
    autoescape: true,
    trimBlocks: true,
    lstripBlocks: true,
  })
  addFilters(environment, options.now)
  const site = {
    name: options.config.siteName,
    css: options.assets.css.address,
    script: options.assets.script.address,
    icon: options.assets.icon.address,
    navigation: navigation.filter((item) => item.id !== 'progress' || options.progress),
  }
  return (template, shell, view) => environment.render(template, { ...view, shell, site })
}

function addFilters(environment: nunjucks.Environment, now: () => Date): void {
  const filters = {
    number: numberText,
    date: dateText,
    size: sizeText,
    plural,
    paragraphs,
    safe_address: safeAddress,
    figure: figureText,
    sentence: sentenceCase,
  }
  for (const [name, filter] of Object.entries(filters)) environment.addFilter(name, filter as (value: unknown) => unknown)
  environment.addFilter('ago', (value: unknown) => agoText(value, now()))
}
