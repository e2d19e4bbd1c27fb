import type { PublishProgress } from '../../core/datastore/index.ts'

export interface ProgressLine {
  update(progress: PublishProgress): void
  end(): void
}

const stages: Record<PublishProgress['stage'], string> = {
  receiving: 'Sending',
  checking: 'Reading',
  writing: 'Typing',
  widening: 'Typing again',
  sorting: 'Sorting',
  profiling: 'Profiling',
  done: 'Done',
}

/** Progress on standard error: a bar on a terminal, a line a second elsewhere, NDJSON with `json`. */
export function progressLine(json: boolean, stream: NodeJS.WriteStream = process.stderr): ProgressLine {
  let began = performance.now()
  let last = 0
  let stage = ''
  const due = (progress: PublishProgress) => {
    const now = performance.now()
    const changed = progress.stage !== stage
    if (!changed && now - last < (stream.isTTY && !json ? 80 : 1000)) return false
    if (changed) began = now
    last = now
    stage = progress.stage
    return true
  }
  return {
    update: (progress) => {
      if (!due(progress)) return
      const seconds = (performance.now() - began) / 1000
      if (json) stream.write(`${JSON.stringify({ event: 'progress', ...progress, seconds: Number(seconds.toFixed(2)) })}\n`)
      else if (stream.isTTY) stream.write(`\r\x1b[2K${describe(progress, seconds, Math.max(20, Math.min(stream.columns ?? 80, 100)))}`)
      else stream.write(`${describe(progress, seconds, 100)}\n`)
    },
    end: () => {
      if (stream.isTTY && !json) stream.write('\r\x1b[2K')
    },
  }
}

/** One line: stage, bar, bytes, rows and rate where known, time left. */
export function describe(progress: PublishProgress, seconds: number, width: number): string {
  const { percent, bytes, rows } = progress
  const bar = percent === undefined ? '' : ` ${'█'.repeat(Math.round(percent / 5)).padEnd(20, '░')} ${percent.toFixed(0).padStart(3)} %`
  const rowText = rows
    ? `  ${rows.toLocaleString('en-GB')} rows  ${Math.round(rows / Math.max(seconds, 0.01)).toLocaleString('en-GB')} rows/s`
    : ''
  const left = percent && percent > 2 && percent < 100 ? `  ${timeText((seconds * (100 - percent)) / percent)} left` : ''
  return `${stages[progress.stage].padEnd(12)}${bar}  ${sizeText(bytes)}${rowText}${left}`.slice(0, width)
}

export function sizeText(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`
  if (bytes < 1e6) return `${(bytes / 1e3).toFixed(1)} kB`
  if (bytes < 1e9) return `${(bytes / 1e6).toFixed(1)} MB`
  return `${(bytes / 1e9).toFixed(2)} GB`
}

function timeText(seconds: number): string {
  return seconds < 60 ? `${Math.ceil(seconds)} s` : `${Math.floor(seconds / 60)} min ${Math.round(seconds % 60)} s`
}
