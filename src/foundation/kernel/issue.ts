/** One thing found wrong among many: returned, not thrown, where the caller must see all of them. */
export interface Issue {
  code: string
  message: string
  /** 1-based data row, header excluded. */
  row?: number
  column?: string
  /** The text as received. */
  text?: string
}

/** An outcome that may fail without stopping its siblings. */
export type Parsed<T> = { ok: true; value: T } | { ok: false; issue: Issue }
