import { SaxesParser } from 'saxes'

/** An element by its local name, with its text and what stands in it. */
export interface XmlElement {
  name: string
  attributes: Record<string, string>
  text: string
  children: XmlElement[]
}

const MOST_DEPTH = 100
const MOST_ELEMENTS = 200_000

/**
 * A small XML text as a tree. Nothing outside the text is read: a document type, which could name entities, is refused.
 *
 * @throws {TypeError} when it is not well formed, has a document type, or is deeper or larger than any answer of a service.
 */
export function readXmlTree(text: string): XmlElement {
  const parser = new SaxesParser()
  const stack: XmlElement[] = []
  let root: XmlElement | undefined
  let count = 0
  const fail = (reason: string): never => {
    throw new TypeError(`the XML cannot be read: ${reason}`)
  }
  parser.on('error', (error) => fail(error.message))
  parser.on('doctype', () => fail('it has a document type'))
  parser.on('opentag', ({ name, attributes }) => {
    count += 1
    if (stack.length >= MOST_DEPTH || count > MOST_ELEMENTS) fail('it is too deep or too large')
    const element: XmlElement = { name: name.slice(name.indexOf(':') + 1), attributes: { ...attributes }, text: '', children: [] }
    const parent = stack.at(-1)
    if (parent) parent.children.push(element)
    else root = element
    stack.push(element)
  })
  const add = (piece: string) => {
    const element = stack.at(-1)
    if (element) element.text += piece
  }
  parser.on('text', add)
  parser.on('cdata', add)
  parser.on('closetag', () => void stack.pop())
  parser.write(text).close()
  return root ?? fail('it is empty')
}

/** The elements that a path such as `Body/Answer/Driver` leads to, from the children of this one. */
export function elementsAt(element: XmlElement, path: string): XmlElement[] {
  return path
    .split('/')
    .reduce<XmlElement[]>((found, name) => found.flatMap(({ children }) => children.filter((child) => child.name === name)), [element])
}
