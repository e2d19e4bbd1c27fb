/**
 * Invented sales of houses in the layout of the price-paid file, 16 columns with a header, the same in every run; blocks of lines.
 * One postcode has about 23 sales in 30 million rows, as in the real file.
 */
export function* pricePaidLines(rows: number): Generator<string> {
  yield 'Transaction id,Price,Date of transfer,Postcode,Property type,New build,Tenure,PAON,SAON,Street,Locality,Town,District,County,Category,Record status\r\n'
  for (let row = 0; row < rows; ) {
    let block = ''
    for (const end = Math.min(rows, row + 2000); row < end; row += 1) block += line(row, rows)
    yield block
  }
}

/** The postcode of a row of a table of so many rows: what look-ups ask for. */
export function postcodeOf(row: number, rows: number): string {
  const n = mixed((mixed(row) % Math.ceil(rows / 23)) + 11)
  return `${areas[n % 8]}${1 + ((n >>> 3) % 28)} ${(n >>> 8) % 9}${letters[(n >>> 12) % 20]}${letters[(n >>> 17) % 20]}`
}

/** A number spread evenly over 32 bits, the same for the same number. */
function mixed(value: number): number {
  const once = Math.imul(value ^ (value >>> 16), 0x45d9f3b)
  const twice = Math.imul(once ^ (once >>> 16), 0x45d9f3b)
  return (twice ^ (twice >>> 16)) >>> 0
}

const areas = ['LS', 'YO', 'M', 'BS', 'SW', 'EX', 'NE', 'CB']
const letters = 'ABDEFGHJLNPQRSTUWXYZ'
const towns = ['LEEDS', 'YORK', 'MANCHESTER', 'BRISTOL', 'LONDON', 'EXETER', 'NEWCASTLE UPON TYNE', 'CAMBRIDGE']
const streets = ['HIGH STREET', 'STATION ROAD', 'CHURCH LANE', 'MAIN STREET', 'PARK ROAD', 'VICTORIA ROAD', 'GREEN LANE', 'MANOR ROAD']
const hex = (value: number) => (value >>> 0).toString(16).toUpperCase().padStart(8, '0')

function line(row: number, rows: number): string {
  const n = mixed(row + 1)
  const m = mixed(row + 1_000_000_007)
  const saon = n % 5 === 0 ? `FLAT ${n % 40}` : ''
  const locality = m % 3 === 0 ? `VILLAGE ${m % 400}` : ''
  const date = `${1995 + (m % 30)}-${String(1 + (n % 12)).padStart(2, '0')}-${String(1 + (m % 28)).padStart(2, '0')}`
  return `{${hex(row)}-${hex(n)}},${30_000 + (n % 900_000)},${date},${postcodeOf(row, rows)},${'DSTFO'[n % 5]},${n % 10 ? 'N' : 'Y'},${'FL'[m % 2]},${1 + (m % 200)},${saon},${streets[(n >>> 4) % 8]},${locality},${towns[n % 8]},DISTRICT ${n % 350},COUNTY ${n % 110},${'AB'[m % 2]},A\r\n`
}
