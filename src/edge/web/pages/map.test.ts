import assert from 'node:assert/strict'
import { test } from 'node:test'
import { newSixteen, publishText } from '../../../../test/support/sixteen.ts'

test('a table with positions is drawn on a map with its figures beside, filtered as the table is', async (t) => {
  const sixteen = await newSixteen(t)
  await publishText(sixteen, 'sites', 'town,latitude,longitude\nLeeds,53.8,-1.55\nLeeds,53.8,-1.55\nYork,53.96,-1.08\nNowhere,,\n')
  const app = await sixteen.app()
  const page = (await app.inject('/datasets/sites')).body
  assert.match(page, /3 rows, by squares of 0\.02 degrees/)
  assert.equal(page.match(/<circle /g)?.length, 2)
  assert.match(page, /<title>2 near 53\.810° north, 1\.550° west<\/title>|<title>2 near 53\.\d+° north, 1\.\d+° west<\/title>/)
  assert.match(page, /<path class="map-lines" d="M\d+ \d+l/)
  assert.match(page, /Crown copyright and database right 2013/)
  await publishText(sixteen, 'far', 'town,latitude,longitude\nLima,-12.05,-77.04\nQuito,-0.18,-78.47\n')
  assert.doesNotMatch((await app.inject('/datasets/far')).body, /map-lines|Ordnance Survey/)
  assert.match((await app.inject('/datasets/sites?town__exact=York')).body, /1 rows, filtered as above/)
  await publishText(sixteen, 'plain', 'a\n1\n')
  assert.doesNotMatch((await app.inject('/datasets/plain')).body, /id="map"/)
})

test('the page of a version shows what it changed', async (t) => {
  const sixteen = await newSixteen(t)
  await publishText(sixteen, 'sales', 'id,price\n1,10\n2,20\n', { key: ['id'] })
  await publishText(sixteen, 'sales', 'id,price\n1,11\n3,30\n')
  const page = (await (await sixteen.app()).inject('/datasets/sales/versions/1.0.1')).body
  assert.match(page, /Since version 1\.0\.0: 1 row added, 1 row removed, 1 row changed\./)
  assert.match(page, /price: 10 → 11/)
})
