import { sha256 } from '../../../foundation/merkle/index.ts'
import { entryLeaf } from '../log/leaf.ts'
import type { Command } from './commands.ts'

/** A command with what a log keeps of it. */
export type HashedCommand =
  | Extract<Command, { command: 'assert-root-hash' }>
  /** `hash`: SHA-256 of the item. */
  | (Extract<Command, { command: 'add-item' }> & { hash: Buffer })
  /** `leaf`: the entry's hash in the tree; system entries have none. */
  | (Extract<Command, { command: 'append-entry' }> & { leaf?: Buffer })

/** Answers commands with their hashes, given in the order of the log; `size`: user entries before the first of them. */
export function hashing(size: number): (command: Command) => HashedCommand {
  let number = size
  return (command) => {
    if (command.command === 'add-item') return { ...command, hash: sha256(command.json) }
    if (command.command !== 'append-entry' || command.log !== 'user') return command
    number += 1
    return { ...command, leaf: entryLeaf({ ...command, number }) }
  }
}
