import type { Dataset } from '../../../core/catalogue/index.ts'

/** How often data is renewed, in people's words. */
export const frequencyWords: Record<Dataset['accrualPeriodicity'], string> = {
  continuous: 'All the time',
  daily: 'Daily',
  weekly: 'Weekly',
  monthly: 'Monthly',
  quarterly: 'Every quarter',
  'twice-a-year': 'Twice a year',
  yearly: 'Yearly',
  irregular: 'From time to time',
  once: 'Once, not updated',
  unknown: 'Not stated',
}
