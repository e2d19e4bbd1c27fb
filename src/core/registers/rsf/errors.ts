import { shaName } from '../log/leaf.ts'
import { RsfError } from './commands.ts'

/** An item that no entry refers to. */
export const orphanItem = (line: number) => new RsfError('rsf-orphan-item', line, `Orphan add item (line:${line})`)

/** An entry that refers to an item nobody added before it. */
export const orphanEntry = (line: number) => new RsfError('rsf-orphan-entry', line, `Orphan append entry (line:${line})`)

/** A root that is asserted where the log has another. */
export const rootMismatch = (line: number, asserted: Uint8Array, root: Uint8Array) =>
  new RsfError('rsf-root-mismatch', line, `The asserted root ${shaName(asserted)} is not the root here, ${shaName(root)} (line:${line})`)
