import assert from 'node:assert/strict'
import { buffer } from 'node:stream/consumers'
import { test } from 'node:test'
import { crc32, inflateRawSync } from 'node:zlib'
import { zipStream } from './zip-write.ts'

/** Different enough not to compress to nothing. */
const row = (i: number) => `${(i * 2_654_435_761) % 4_294_967_296} £ und ähnliches ${i}\n`

test('pieces of every size come out as they went in, with their length and check sum', async () => {
  const rows = Array.from({ length: 20_000 }, (_, i) => row(i))
  const long = 'é'.repeat(300_000)
  async function* pieces() {
    yield 'head\n'
    for (const text of rows) yield text
    yield Buffer.from(long)
    yield long
    yield ''
    yield Buffer.from('en')
    yield 'd'
  }
  const archive = await buffer(zipStream([{ name: 'a.txt', content: pieces() }]))
  const text = Buffer.from(`head\n${rows.join('')}${long}${long}end`)
  const nameEnd = 30 + 'a.txt'.length
  const central = archive.indexOf('PK\u0001\u0002', 0, 'latin1')
  const packed = archive.readUInt32LE(central + 20)
  assert.deepEqual(inflateRawSync(archive.subarray(nameEnd, nameEnd + packed)), text)
  assert.deepEqual([archive.readUInt32LE(central + 16), archive.readUInt32LE(central + 24)], [crc32(text), text.length])
})

test('who stops reading stops the source, even where nothing was read for a while', async () => {
  let ended = false
  async function* endless() {
    try {
      for (let i = 0; ; i += 1) yield Buffer.from(Array.from({ length: 1000 }, (_, j) => row(i * 1000 + j)).join(''))
    } finally {
      ended = true
    }
  }
  const stream = zipStream([{ name: 'a.txt', content: endless() }])
  for (let i = 0; i < 3; i += 1) await stream.next()
  await new Promise((resolve) => setTimeout(resolve, 50)) // the writer waits for its reader now
  await stream.return(undefined)
  await new Promise((resolve) => setTimeout(resolve, 50))
  assert.equal(ended, true)
})

test('a source that fails fails the archive', async () => {
  async function* failing() {
    yield 'a'
    throw new Error('the source is gone')
  }
  await assert.rejects(buffer(zipStream([{ name: 'a.txt', content: failing() }])), /the source is gone/)
})
