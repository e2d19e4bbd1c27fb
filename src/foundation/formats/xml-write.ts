const marks: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' }

/** A text as XML holds it in elements and attributes; letters that XML 1.0 cannot hold are left out. @see XML 1.0, 2.2 */
export function xmlText(text: string): string {
  return text.replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, '').replace(/[&<>"]/g, (mark) => marks[mark] as string)
}

/** A name as an XML element can carry it. */
export function xmlName(name: string): string {
  const plain = name.replace(/[^A-Za-z0-9_.-]/g, '_')
  return /^[A-Za-z_]/.test(plain) && !/^xml/i.test(plain) ? plain : `_${plain}`
}

/** A document of records, one element each; `rows` hold elements, each with a line end. */
export async function* xmlDocument(
  root: string,
  attributes: Readonly<Record<string, string>>,
  rows: AsyncIterable<{ bytes: Uint8Array }>,
): AsyncGenerator<string | Uint8Array> {
  const shown = Object.entries(attributes).map(([name, value]) => ` ${name}="${xmlText(value)}"`)
  yield `<?xml version="1.0" encoding="UTF-8"?>\n<${root}${shown.join('')}>\n`
  for await (const { bytes } of rows) yield bytes
  yield `</${root}>\n`
}
