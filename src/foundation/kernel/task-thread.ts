import { once } from 'node:events'
import { parentPort, type ResourceLimits, Worker } from 'node:worker_threads'
import { Problem, type ProblemCode, type ProblemFields } from './problem.ts'

/** A thread that does one task after another. It begins with the first, and ends when there is nothing to do. */
export interface TaskThread<Task, Answer, Note = never> {
  /** @throws {Problem} as the task did; {Error} for anything else that stopped it */
  run(task: Task, onNote?: (note: Note) => void): Promise<Answer>
  /** Tasks that wait or are under way. */
  readonly waiting: number
  /** Stops where it is. */
  close(): Promise<void>
}

type Message = { note: unknown } | { answer: unknown } | { failed: string; problem?: { code: ProblemCode; fields: ProblemFields } }

const IDLE_MS = 3000

export function openTaskThread<Task, Answer, Note = never>(options: {
  /** The module of the thread, which calls `serveTasks`. */
  script: URL
  name: string
  limits?: ResourceLimits
}): TaskThread<Task, Answer, Note> {
  let worker: Worker | undefined
  let hear: ((message: Message) => void) | undefined
  let last: Promise<unknown> = Promise.resolve()
  let idle: NodeJS.Timeout | undefined
  let closed = false
  let waiting = 0

  const end = async () => {
    clearTimeout(idle)
    const ending = worker
    worker = undefined
    if (!ending) return
    const gone = once(ending, 'exit')
    ending.ref() // or the process ends before its thread does
    ending.postMessage('stop')
    await gone
  }

  const start = (): Worker => {
    const thread = new Worker(options.script, { name: options.name, ...(options.limits && { resourceLimits: options.limits }) })
    const gone = (failed: string) => {
      if (worker === thread) worker = undefined
      hear?.({ failed })
    }
    thread.on('message', (message: Message) => hear?.(message))
    thread.on('error', (error) => gone(error instanceof Error ? error.message : String(error)))
    thread.on('exit', () => gone('the thread was stopped'))
    return thread
  }

  const run = (task: Task, onNote?: (note: Note) => void): Promise<Answer> => {
    if (closed) return Promise.reject(new Error('closed'))
    clearTimeout(idle)
    worker ??= start()
    const thread = worker
    return new Promise<Answer>((resolve, reject) => {
      hear = (message) => {
        if ('note' in message) {
          onNote?.(message.note as Note)
          return
        }
        hear = undefined
        if (worker === thread) {
          thread.unref() // an idle thread keeps nothing alive
          idle = setTimeout(() => void end(), IDLE_MS).unref()
        }
        if ('answer' in message) resolve(message.answer as Answer)
        else reject(message.problem ? new Problem(message.problem.code, message.problem.fields) : new Error(message.failed))
      }
      thread.ref()
      thread.postMessage(task)
    })
  }

  return {
    run: (task, onNote) => {
      waiting += 1
      const work = last.then(() => run(task, onNote))
      last = work.catch(() => {})
      return work.finally(() => {
        waiting -= 1
      })
    },
    get waiting() {
      return waiting
    },
    close: async () => {
      closed = true
      await end()
    },
  }
}

/**
 * The other side: does each task that comes. `close` lets go of what the tasks used, before the thread is torn down: one that ends while the
 * column engine works takes the whole process with it. `signal` says that the thread is to stop.
 */
export function serveTasks<Task, Answer, Note = never>(
  work: (task: Task, signal: AbortSignal, note: (note: Note) => void) => Promise<Answer>,
  close: () => Promise<void>,
): void {
  const port = parentPort
  const stopped = new AbortController()
  let current: Promise<void> = Promise.resolve()
  const say = (message: Message) => port?.postMessage(message)

  const attempt = async (task: Task) => {
    try {
      say({ answer: await work(task, stopped.signal, (note) => say({ note })) })
    } catch (error) {
      const failed = error instanceof Error ? error.message : String(error)
      say(error instanceof Problem ? { failed, problem: { code: error.code, fields: error.fields } } : { failed })
    }
  }

  port?.on('message', (message: Task | 'stop') => {
    if (message !== 'stop') current = attempt(message as Task)
    else {
      stopped.abort()
      void current.then(close).finally(() => port.close())
    }
  })
}
