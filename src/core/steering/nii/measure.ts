import type { Dataset } from '../../catalogue/index.ts'
import { licenceTerms, nextDue, timelinessOf } from '../../catalogue/index.ts'
import type { Measure, NiiRecord, niiStatuses } from './model.ts'

/** What was found when the data of an entry was last asked for. */
export interface ProbeSummary {
  runs: number
  ok: number
  /** 95 of 100 answers came within, in milliseconds. */
  p95Ms: number
}

const DAY_MS = 86_400_000
const USUAL_AVAILABILITY = 99
const USUAL_LATENCY_MS = 1_000

/**
 * What the probes say of an entry. Pure: the same facts give the same measures. Nothing is declared; where there is nothing to look at,
 * that is what is said.
 */
export function measuresOf(entry: NiiRecord, dataset: Dataset | undefined, summary: ProbeSummary, now: Date): Measure[] {
  if (!dataset)
    return [
      {
        probe: 'published',
        state: entry.dataset ? 'missed' : 'not-measured',
        found: entry.dataset ? `The catalogue has no dataset ${entry.dataset}` : 'No dataset of this catalogue is named',
      },
    ]
  const table = dataset.distributions[0]
  return [
    {
      probe: 'published',
      state: table || dataset.linked?.length ? 'met' : 'missed',
      found: table
        ? `${dataset.distributions.length} ${dataset.distributions.length === 1 ? 'table' : 'tables'} here`
        : dataset.linked?.length
          ? 'Files kept elsewhere'
          : 'Described, without data',
    },
    { probe: 'api', state: table ? 'met' : 'missed', found: table ? 'A data API is served here' : 'There is no table to ask' },
    freshness(entry, dataset, now),
    licence(dataset),
    machineReadable(dataset),
    availability(entry, summary),
    latency(entry, summary),
    schema(entry, dataset),
  ]
}

function freshness(entry: NiiRecord, dataset: Dataset, now: Date): Measure {
  const frequency = entry.frequency ?? dataset.accrualPeriodicity
  const last =
    dataset.distributions
      .map(({ modified }) => modified)
      .sort()
      .at(-1) ?? dataset.modified
  const due = nextDue(frequency, last)
  if (!due)
    return { probe: 'freshness', state: 'not-measured', found: `Renewed ${last.slice(0, 10)}; no frequency that falls due (${frequency})` }
  const late = (now.getTime() - due.getTime()) / DAY_MS
  const timely = timelinessOf(frequency, last, now)
  return {
    probe: 'freshness',
    state: timely === 'in-time' ? 'met' : timely === 'late' ? 'late' : 'missed',
    found: late <= 0 ? `Renewed ${last.slice(0, 10)}` : `Due ${due.toISOString().slice(0, 10)}, ${Math.ceil(late)} days ago`,
    target: frequency,
  }
}

function licence(dataset: Dataset): Measure {
  const { title, open } = licenceTerms[dataset.licence]
  return { probe: 'licence', state: open ? 'met' : 'missed', found: title, target: 'an open licence' }
}

const closedFormats = /^(?:pdf|doc|docx|html|htm|ppt|pptx|jpg|png)$/i
const proprietary = /^(?:xls|xlsx|mdb|sav|dta)$/i

function machineReadable(dataset: Dataset): Measure {
  const formats = (dataset.linked ?? []).map(({ format, mediaType }) => (format ?? mediaType ?? '').trim()).filter(Boolean)
  const good = dataset.distributions.length > 0 || formats.some((format) => !closedFormats.test(format) && !proprietary.test(format))
  return {
    probe: 'machine-readable',
    state: good ? 'met' : formats.length ? 'missed' : 'not-measured',
    found: dataset.distributions.length ? 'CSV, JSON and Parquet' : formats.join(', ') || 'No format is told',
    target: 'a format that is open and machine-readable',
  }
}

function availability(entry: NiiRecord, { runs, ok }: ProbeSummary): Measure {
  const target = entry.service?.availabilityPercent ?? USUAL_AVAILABILITY
  if (runs === 0) return { probe: 'availability', state: 'not-measured', found: 'Not asked yet', target: `${target} %` }
  const share = (ok / runs) * 100
  return {
    probe: 'availability',
    state: share >= target ? 'met' : share >= target - 1 ? 'late' : 'missed',
    found: `${ok} of ${runs} probes in 30 days answered (${share.toFixed(1)} %)`,
    target: `${target} %`,
  }
}

function latency(entry: NiiRecord, { ok, p95Ms }: ProbeSummary): Measure {
  const target = entry.service?.latencyMs ?? USUAL_LATENCY_MS
  if (ok === 0) return { probe: 'latency', state: 'not-measured', found: 'Not asked yet', target: `${target} ms` }
  return {
    probe: 'latency',
    state: p95Ms <= target ? 'met' : p95Ms <= target * 1.5 ? 'late' : 'missed',
    found: `95 of 100 answers within ${Math.max(1, Math.round(p95Ms))} ms`,
    target: `${target} ms`,
  }
}

/** A breaking version is refused until a notice has ended, so what there is came about by the rules. */
function schema(entry: NiiRecord, dataset: Dataset): Measure {
  const versions = dataset.distributions.map(({ name, version }) => (dataset.distributions.length > 1 ? `${name} ${version}` : version))
  if (!versions.length || entry.stage !== 'committed')
    return {
      probe: 'schema',
      state: 'not-measured',
      found: versions.length ? `Version ${versions.join(', ')}; nothing is committed` : 'There is no table',
    }
  return {
    probe: 'schema',
    state: 'met',
    found: `Version ${versions.join(', ')}`,
    target: `${entry.service?.changeNoticeDays ?? 0} days of notice`,
  }
}

/** One word for all measures: the worst of those that were taken. */
export function statusOf(measures: readonly Measure[]): (typeof niiStatuses)[number] {
  const taken = measures.filter(({ state }) => state !== 'not-measured')
  if (!taken.length) return 'grey'
  if (taken.some(({ state }) => state === 'missed')) return 'red'
  return taken.some(({ state }) => state === 'late') ? 'amber' : 'green'
}

/**
 * Five-star openness of an entry: that of its dataset, and where it defines codes that have addresses here a fourth, and where others use them
 * the fifth.
 *
 * @see https://5stardata.info/
 */
export function starsOf(entry: NiiRecord, ofDataset: number, referencedBy: readonly string[]): number {
  if (ofDataset < 3 || !entry.defines?.length) return ofDataset
  return referencedBy.length ? 5 : Math.max(ofDataset, 4)
}
