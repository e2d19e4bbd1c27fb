import { openTaskThread } from '../../../foundation/kernel/index.ts'
import { type Piece, RsfError, readPiece, readPieces } from './commands.ts'
import { type HashedCommand, hashing } from './hashed.ts'
import { unpack } from './packed.ts'
import type { HashAnswer, HashTask } from './worker.ts'

/** Pieces that are read ahead: one is worked on while the one before is written. */
const AHEAD = 2

// As TypeScript here, compiled in the published package.
const script = new URL(import.meta.url.endsWith('.ts') ? './worker.ts' : './worker.js', import.meta.url)

/**
 * The commands of an RSF file with their hashes, in batches. What is more than one piece is read and hashed in a thread of its own, while
 * the pieces before are written in this one: each is half of the work of a load. `size`: user entries that the register has.
 *
 * @throws {RsfError} at the first line that is none, after the commands before it.
 */
export async function* readHashed(source: AsyncIterable<Uint8Array>, size: number): AsyncGenerator<HashedCommand[]> {
  const pieces = readPieces(source)
  const first = await pieces.next()
  if (first.done) return
  const second = await pieces.next()
  if (second.done) yield* inThisThread(first.value, size)
  else yield* inThread(first.value, second.value, pieces, size)
}

function* inThisThread({ bytes, lines }: Piece, size: number): Generator<HashedCommand[]> {
  const hashed = hashing(size)
  for (const command of readPiece(bytes, lines)) yield [hashed(command)]
}

async function* inThread(first: Piece, second: Piece, rest: AsyncIterable<Piece>, size: number): AsyncGenerator<HashedCommand[]> {
  const thread = openTaskThread<HashTask, HashAnswer>({ script, name: 'rsf' })
  const ahead: Array<Promise<HashAnswer>> = []
  const send = (piece: HashTask) => {
    const answer = thread.run(piece)
    answer.catch(() => {}) // heard where it is waited for
    ahead.push(answer)
  }
  try {
    send({ ...first, size })
    send(second)
    for await (const piece of rest) {
      send(piece)
      if (ahead.length > AHEAD) yield* received(await ahead.shift()!)
    }
    for (const answer of ahead) yield* received(await answer)
  } finally {
    await thread.close()
  }
}

function* received({ packed, issue }: HashAnswer): Generator<HashedCommand[]> {
  yield unpack(packed)
  if (issue) throw new RsfError(issue.code, issue.line, issue.message)
}
