/** Writes to a register from several hands at once, and says what was acknowledged; somebody kills it meanwhile. */
import { writeSync } from 'node:fs'
import { openRegisters } from '../../src/core/registers/index.ts'
import { openStore } from '../../src/foundation/engines/sqlite/index.ts'
import { systemClock } from '../../src/foundation/kernel/index.ts'

const [path = '', run = '0'] = process.argv.slice(2)
const registers = openRegisters({ store: openStore(path), clock: systemClock })
if (!registers.names().includes('trial'))
  await registers.create({
    register: 'trial',
    title: 'Trial',
    fields: [
      { field: 'trial', datatype: 'string', cardinality: '1' },
      { field: 'value', datatype: 'string', cardinality: '1' },
    ],
  })

const timestamp = '2026-11-24T12:00:00Z'
const said = (line: string) => writeSync(1, `${line}\n`)

async function append(hand: number): Promise<void> {
  for (let count = 0; ; count += 1) {
    const key = `${run}-${hand}-${count}`
    const value = `${key} `.repeat(1 + (count % 5)).trim()
    await registers.append('trial', [{ log: 'user', key, timestamp, items: [JSON.stringify({ trial: key, value })] }])
    said(`ok ${key} ${value}`)
  }
}

/** Loads that always fail at their end: none of their entries may ever be seen. */
async function fail(): Promise<void> {
  for (let count = 0; ; count += 1) {
    const key = `never-${run}-${count}`
    const json = JSON.stringify({ trial: key, value: 'x' })
    async function* rsf(): AsyncGenerator<Uint8Array> {
      yield Buffer.from(`add-item\t${json}\n`)
      await new Promise((resolve) => setImmediate(resolve))
      yield Buffer.from('nonsense\n')
    }
    await registers.load('trial', rsf()).catch(() => {})
  }
}

said('ready')
await Promise.all([append(1), append(2), append(3), fail()])
