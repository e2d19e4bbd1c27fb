import { quoteName, quoteText, type Statement } from '../../../foundation/engines/duckdb/index.ts'
import type { Column } from '../model.ts'

/** Equal-width bars from least to greatest: low, high, count. */
export function compileHistogram(path: string, column: Column, bars: number): Statement {
  const name = quoteName(column.alias)
  const timed = column.type === 'date' || column.type === 'date-time'
  const value = timed ? `epoch(cast(${name} as timestamp))` : `cast(${name} as double)`
  const edge = (sql: string) => (timed ? `cast(make_timestamp(cast((${sql}) * 1000000 as bigint)) as date)` : `round(${sql}, 4)`)
  return {
    text: `with v as (select ${value} as x from read_parquet(${quoteText(path)}) where ${name} is not null), e as (select min(x) as a, max(x) as b from v), c as (select least(floor((x - a) / nullif(b - a, 0) * ${bars}), ${bars - 1}) as i, count(*) as n from v, e group by 1) select ${edge(`a + (b - a) * i / ${bars}`)} as low, ${edge(`a + (b - a) * (i + 1) / ${bars}`)} as high, coalesce(n, 0) as count from (select unnest(range(${bars})) as i) left join c using (i), e order by i`,
  }
}

export function compileTopValues(path: string, column: Column, top: number): Statement {
  const name = quoteName(column.alias)
  return {
    text: `select ${name} as value, count(*) as count from read_parquet(${quoteText(path)}) where ${name} is not null group by 1 order by 2 desc, 1 limit ${top}`,
  }
}

/** One row: for each column how many values differ, counted or estimated, as `distinct<i>`, and for numbers their mean, as `mean<i>`. */
export function compileSpread(path: string, columns: readonly Pick<Column, 'alias' | 'type'>[], counted: boolean): Statement {
  const parts = columns.flatMap(({ alias, type }, i) => {
    const name = quoteName(alias)
    const mean = type === 'integer' || type === 'number' ? [`avg(cast(${name} as double)) as mean${i}`] : []
    return [`${counted ? `count(distinct ${name})` : `approx_count_distinct(${name})`} as distinct${i}`, ...mean]
  })
  return { text: `select ${parts.join(', ')} from read_parquet(${quoteText(path)})` }
}
