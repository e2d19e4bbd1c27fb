import { Parser, type Quad, Writer } from 'n3'
import { Problem } from '../kernel/index.ts'

/** Quads as Turtle, each subject once, in the order given. */
export function writeTurtle(quads: readonly Quad[], prefixes: Record<string, string>): string {
  const writer = new Writer({ prefixes })
  writer.addQuads([...quads])
  let text = ''
  writer.end((error, result: string) => {
    if (error) throw error
    text = result
  })
  return text
}

/**
 * The quads of a Turtle document.
 *
 * @throws {Problem} file-not-readable with the line where reading stopped.
 */
export function readTurtle(text: string, baseIri?: string): Quad[] {
  try {
    return new Parser({ format: 'text/turtle', ...(baseIri && { baseIRI: baseIri }) }).parse(text)
  } catch (error) {
    throw new Problem('file-not-readable', { detail: `The Turtle cannot be read: ${(error as Error).message}` }, { cause: error })
  }
}
