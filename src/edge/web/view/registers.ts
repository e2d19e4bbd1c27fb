import type { RegisterSummary, Registers } from '../../../core/registers/index.ts'
import type { Lineage, LineageEdge, LineageNode } from './lineage.ts'

type CodeList = ReturnType<Registers['codes']['list']>
type Code = CodeList['codes'] extends ReadonlyMap<string, infer One> ? One : never

const MAX_STEPS = 6
const MAX_NODES = 40

/** What a code came from and what became of it, over several steps both ways. */
export function lineageOf(list: CodeList, code: Code): Lineage | undefined {
  const nodes = new Map<string, LineageNode>()
  const edges: LineageEdge[] = []
  const put = (one: Code, step: number): boolean => {
    if (nodes.has(one.code) || nodes.size >= MAX_NODES) return false
    nodes.set(one.code, { code: one.code, name: one.name, years: yearsOf(one), step })
    return true
  }
  put(code, 0)
  const later = (one: Code, step: number): void => {
    for (const { code: next, register, share } of one.successors) {
      const found = register === list.register ? list.codes.get(next) : undefined
      if (!found || step > MAX_STEPS) continue
      const isNew = put(found, step)
      edges.push({ from: one.code, to: next, ...(share !== undefined && { share: `${Math.round(share * 100)}%` }) })
      if (isNew) later(found, step + 1)
    }
  }
  const earlier = (one: Code, step: number): void => {
    for (const before of list.predecessors.get(`${list.register}:${one.code}`) ?? []) {
      if (step < -MAX_STEPS) continue
      const share = before.successors.find((next) => next.code === one.code)?.share
      const isNew = put(before, step)
      edges.push({ from: before.code, to: one.code, ...(share !== undefined && { share: `${Math.round(share * 100)}%` }) })
      if (isNew) earlier(before, step - 1)
    }
  }
  later(code, 1)
  earlier(code, -1)
  return edges.length > 0 ? { nodes: [...nodes.values()], edges } : undefined
}

/** When a code is in use, in years. */
export function yearsOf({ start, end }: { start?: string; end?: string }): string {
  if (start && end) return `${start.slice(0, 4)} to ${end.slice(0, 4)}`
  if (end) return `until ${end.slice(0, 4)}`
  return start ? `since ${start.slice(0, 4)}` : ''
}

/** Downloads of a register, for people. */
export function downloadsOf(register: string): Array<{ text: string; href: string }> {
  const address = `/registers/${register}`
  return [
    { text: 'CSV', href: `${address}.csv` },
    { text: 'ODS', href: `${address}.ods` },
    { text: 'JSON', href: `/v1/registers/${register}/expand?limit=5000` },
    { text: 'SKOS, Turtle', href: `${address}.ttl` },
    { text: 'SKOS, JSON-LD', href: `${address}.jsonld` },
    { text: 'SKOS, RDF/XML', href: `${address}.rdf` },
    { text: 'RSF, the log itself', href: `${address}/download-rsf` },
    { text: 'Everything, zip', href: `${address}/download-register` },
    { text: 'Table Schema', href: `/v1/registers/${register}/table-schema` },
    { text: 'JSON Schema', href: `/v1/registers/${register}/json-schema` },
    { text: 'CSV metadata', href: `${address}.csv-metadata.json` },
  ]
}

/** Registers under the custodian who keeps them, those with most codes first. */
export function byCustodian(registers: readonly RegisterSummary[]): Array<{ custodian: string; registers: RegisterSummary[] }> {
  return [...Map.groupBy(registers, ({ custodian, owner }) => custodian ?? owner ?? 'Custodian not stated')]
    .map(([custodian, own]) => ({ custodian, registers: own.toSorted((a, b) => a.title.localeCompare(b.title, 'en-GB')) }))
    .sort((a, b) => a.custodian.localeCompare(b.custodian, 'en-GB'))
}
