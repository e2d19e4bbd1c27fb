/** Invented spending in the layout of departments' files, the same in every run, about `bytes` long; blocks of lines. */
export function* spendLines(bytes: number): Generator<string> {
  yield 'Department family,Entity,Date,Expense type,Expense area,Supplier,Transaction number,Amount,Description,Postcode,Count,Ratio\r\n'
  let written = 0
  for (let row = 0; written < bytes; ) {
    let block = ''
    for (const end = row + 2000; row < end; row += 1) block += line(row)
    written += block.length
    yield block
  }
}

function line(i: number): string {
  const n = (i * 2_654_435_761) % 4_294_967_296
  return `Department for Transport,Agency ${n % 9},${String(1 + (n % 28)).padStart(2, '0')}/0${1 + (n % 9)}/20${10 + (n % 10)},IT Services,"Area ${n % 100}, North",Supplier ${n % 20_011} Ltd,${100_000 + i},"${1 + (n % 999)},${String(n % 1000).padStart(3, '0')}.${String(n % 100).padStart(2, '0')}",Payment for services rendered ${n % 999_983},SW${n % 20}A ${n % 9}AA,${n % 1000},0.${String(n % 10_000).padStart(4, '0')}\r\n`
}
