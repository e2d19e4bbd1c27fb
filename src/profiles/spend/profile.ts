import { defineProfile } from '../../core/profile-kit.ts'
import { spendPages } from './pages.ts'
import { reviewDraft } from './review.ts'
import { spendRoutes } from './routes.ts'
import { openSpend } from './spend.ts'

/** Spending of departments over £25,000 and of councils over £500. */
export const spend = defineProfile({
  name: 'spend',
  title: 'Spending',
  summary: 'Payments of departments and councils, searched across every publisher and month',
  review: reviewDraft,
  open: (services) => {
    const opened = openSpend(services)
    return {
      routes: spendRoutes(opened),
      pages: spendPages(services, opened),
      catchUp: opened.catchUp,
      settled: opened.settled,
      close: opened.close,
    }
  },
})
