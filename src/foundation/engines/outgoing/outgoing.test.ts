import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type TestContext, test } from 'node:test'
import { Problem } from '../../kernel/problem.ts'
import { fetchFile, isPrivateAddress } from './index.ts'

test('addresses of this machine and of private networks are told from public ones', () => {
  for (const address of [
    '127.0.0.1',
    '10.1.2.3',
    '172.31.0.1',
    '192.168.1.1',
    '169.254.169.254',
    '100.64.0.1',
    '0.0.0.0',
    '::1',
    '::',
    'fd00::1',
    'fe80::1',
    '::ffff:127.0.0.1',
    '::ffff:10.0.0.1',
    'not-an-address',
  ])
    assert.equal(isPrivateAddress(address), true, address)
  for (const address of ['8.8.8.8', '172.32.0.1', '2001:4860:4860::8888', '::ffff:8.8.8.8'])
    assert.equal(isPrivateAddress(address), false, address)
})

async function serve(t: TestContext, location?: string): Promise<string> {
  const server = createServer((request, response) => {
    if (request.url === '/away') return response.writeHead(302, { location: location ?? '/file.csv' }).end()
    if (request.url === '/loop') return response.writeHead(302, { location: '/loop' }).end()
    if (request.url === '/none') return response.writeHead(404).end()
    return response.writeHead(200, { 'content-type': 'text/csv', 'content-disposition': 'attachment; filename="may.csv"' }).end('a\n1\n')
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.after(() => server.close())
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

const refused = (pattern: RegExp) => (error: unknown) =>
  error instanceof Problem && error.code === 'file-not-readable' && pattern.test(error.message)

test('a private address is refused by number and by name, and fetched when that is allowed', async (t) => {
  const base = await serve(t)
  await assert.rejects(fetchFile(`${base}/file.csv`), refused(/private address/))
  await assert.rejects(fetchFile(`${base.replace('127.0.0.1', 'localhost')}/file.csv`), refused(/private address/))
  await assert.rejects(fetchFile('http://[::1]/file.csv'), refused(/private address/))
  const { body, filename, mediaType } = await fetchFile(`${base}/away`, true)
  assert.deepEqual([Buffer.concat(await Array.fromAsync(body)).toString(), filename, mediaType], ['a\n1\n', 'may.csv', 'text/csv'])
})

test('what cannot be fetched says why', async (t) => {
  const base = await serve(t)
  await assert.rejects(fetchFile('ftp://example.org/x'), refused(/no http or https/))
  await assert.rejects(fetchFile(`${base}/none`, true), refused(/answered 404/))
  await assert.rejects(fetchFile(`${base}/loop`, true), refused(/too many redirects/))
})
