import { join } from 'node:path'
import { defineProfile } from '../../core/profile-kit.ts'
import { policeService } from './service.ts'
import { policeSource } from './source.ts'

/** A person's own police record, and who looked at it. */
export const policeRecords = defineProfile({
  name: 'police-records',
  title: 'Police record',
  summary: 'Look at who saw your police record, and share as much of it as somebody needs',
  open: ({ clock }) => {
    const source = policeSource(join(import.meta.dirname, 'fixtures', 'drop'), () => clock.now().toISOString().slice(0, 10))
    const done = async () => {}
    return { records: [policeService(source)], catchUp: done, settled: done, close: done }
  },
})
