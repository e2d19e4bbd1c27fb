import { serveTasks } from '../../../foundation/kernel/index.ts'
import { type Command, RsfError, type RsfIssue, readPiece } from './commands.ts'
import { type HashedCommand, hashing } from './hashed.ts'
import { type Packed, pack } from './packed.ts'

/** Whole lines of one file, each piece after the one before. */
export interface HashTask {
  bytes: Uint8Array
  /** Lines before. */
  lines: number
  /** With the first piece: user entries that the register has. */
  size?: number
}

export interface HashAnswer {
  packed: Packed
  /** What is wrong with the line after them. */
  issue?: RsfIssue
}

let hashed: (command: Command) => HashedCommand = hashing(0)

serveTasks<HashTask, HashAnswer>(
  async ({ bytes, lines, size }) => {
    if (size !== undefined) hashed = hashing(size)
    const commands: HashedCommand[] = []
    try {
      for (const command of readPiece(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength), lines)) commands.push(hashed(command))
    } catch (error) {
      if (!(error instanceof RsfError)) throw error
      return { packed: pack(commands), issue: error.issue }
    }
    return { packed: pack(commands) }
  },
  async () => {},
)
