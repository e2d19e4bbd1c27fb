import { Growth, rootOf, sha256 } from '../../../foundation/merkle/index.ts'
import { certified, isCertificate } from '../log/certificate.ts'
import { entryLeaf, shaName } from '../log/leaf.ts'
import { type Command, RsfError, type RsfIssue, readCommands } from './commands.ts'
import { orphanEntry, orphanItem, rootMismatch } from './errors.ts'

/** What was found in an RSF file. */
export interface RsfVerdict {
  /** Whether the last asserted root is that of all its entries, every asserted root holds where it stands, and nothing else is wrong. */
  holds: boolean
  /** The root asserted last, as `sha-256:` and hexadecimal digits; null when the file asserts none. */
  assertedRoot: string | null
  /** Number of first user entries of which the root asserted last is right; null when it is right of no prefix. */
  validPrefix: number | null
  /** Root of all user entries. */
  root: string
  userEntries: number
  systemEntries: number
  items: number
  assertions: number
  /** Items whose values were taken out, each vouched for by a certificate in the system log. */
  redactions: number
  issues: RsfIssue[]
}

/** Verifies an RSF file without anything but the file itself, in memory: about 64 bytes for each entry and 100 for each item. */
export async function verifyRsf(source: AsyncIterable<Uint8Array>): Promise<RsfVerdict> {
  const check = new Check()
  try {
    for await (const command of readCommands(source)) check.take(command)
    check.end()
  } catch (error) {
    if (!(error instanceof RsfError)) throw error
    check.issues.push(error.issue)
  }
  return check.verdict()
}

class Check {
  readonly issues: RsfIssue[] = []
  #tree = growing()
  #known = new Set<string>()
  #unused = new Map<string, number>()
  #missing = new Map<string, number>()
  #certificates = new Map<string, string>()
  #certificateItems = new Map<string, string>()
  #asserted: { root: Buffer; heldAt: number | undefined } | undefined
  #counts = { systemEntries: 0, items: 0, assertions: 0, redactions: 0 }

  take(command: Command): void {
    if (command.command === 'add-item') this.#takeItem(command)
    else if (command.command === 'append-entry') this.#takeEntry(command)
    else this.#takeAssertion(command)
  }

  end(): void {
    this.#useCertificates()
    for (const [, line] of this.#missing) this.#note(orphanEntry(line))
    for (const [, line] of this.#unused) this.#note(orphanItem(line))
  }

  verdict(): RsfVerdict {
    const userEntries = this.#tree.size
    const prefix = this.#asserted && (this.#asserted.heldAt ?? this.#prefixOf(this.#asserted.root))
    return {
      holds: prefix === userEntries && this.issues.length === 0,
      assertedRoot: this.#asserted ? shaName(this.#asserted.root) : null,
      validPrefix: prefix ?? null,
      root: shaName(this.#root()),
      userEntries,
      ...this.#counts,
      issues: this.issues,
    }
  }

  #root(): Buffer {
    return rootOf(this.#tree.size, this.#tree.node)
  }

  /** The longest prefix that has this root; undefined when none has. */
  #prefixOf(root: Buffer): number | undefined {
    for (let size = this.#tree.size; size >= 0; size -= 1) if (root.equals(rootOf(size, this.#tree.node))) return size
    return undefined
  }

  #takeItem({ json, line }: Command & { command: 'add-item' }): void {
    const hash = sha256(json).toString('latin1')
    this.#counts.items += 1
    if (!this.#known.has(hash)) this.#unused.set(hash, line)
    this.#known.add(hash)
    if (json.includes('"redaction":"sha-256:')) this.#certificateItems.set(hash, json)
  }

  #takeEntry({ log, key, timestamp, items, line }: Command & { command: 'append-entry' }): void {
    for (const item of items) {
      const hash = item.toString('latin1')
      if (!this.#known.has(hash)) this.#missing.set(hash, this.#missing.get(hash) ?? line)
      this.#unused.delete(hash)
      if (log === 'system' && isCertificate(key)) this.#certificates.set(key, hash)
    }
    if (log === 'system') this.#counts.systemEntries += 1
    else this.#tree.append(entryLeaf({ number: this.#tree.size + 1, key, timestamp, items }))
  }

  #takeAssertion({ hash, line }: Command & { command: 'assert-root-hash' }): void {
    this.#counts.assertions += 1
    const root = this.#root()
    const holds = root.equals(hash)
    this.#asserted = { root: hash, heldAt: holds ? this.#tree.size : undefined }
    if (!holds) this.#note(rootMismatch(line, hash, root))
  }

  #useCertificates(): void {
    for (const [key, itemHash] of this.#certificates) {
      const { original, redacted } = certified(key, this.#certificateItems.get(itemHash))
      if (!this.#known.has(redacted.toString('latin1')) || !this.#missing.delete(original.toString('latin1'))) continue
      this.#unused.delete(redacted.toString('latin1'))
      this.#counts.redactions += 1
    }
  }

  #note(error: RsfError): void {
    if (this.issues.length < 1000) this.issues.push(error.issue)
  }
}

function growing(): Growth {
  const chunks = new Map<string, Uint8Array>()
  return new Growth(0, {
    read: (level, chunk) => chunks.get(`${level} ${chunk}`),
    write: (level, chunk, hashes) => chunks.set(`${level} ${chunk}`, Uint8Array.from(hashes)),
  })
}
