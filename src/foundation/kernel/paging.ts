import { Problem } from './problem.ts'

/** Text of an opaque cursor: base64url of the JSON. It holds positions only, never permissions, so it needs no signature. */
export function encodeCursor(position: unknown): string {
  return Buffer.from(JSON.stringify(position)).toString('base64url')
}

/**
 * The position a cursor text holds.
 *
 * @throws {Problem} cursor-invalid when the text is not one of ours.
 */
export function decodeCursor(text: string): unknown {
  try {
    if (!/^[A-Za-z0-9_-]{1,8192}$/.test(text)) throw new Error('alphabet')
    return JSON.parse(Buffer.from(text, 'base64url').toString('utf8'))
  } catch {
    throw new Problem('cursor-invalid', {
      detail: 'The cursor is not one that this server gave.',
      pointer: '/cursor',
      hint: 'Take the cursor from page.next of the answer before, or leave it out to start again.',
    })
  }
}
