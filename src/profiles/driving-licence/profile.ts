import { join } from 'node:path'
import { defineProfile } from '../../core/profile-kit.ts'
import { openLegacy } from './legacy.ts'
import { enquiryRoutes } from './routes.ts'
import { licenceService } from './service.ts'

/** View and share a driving licence. */
export const drivingLicence = defineProfile({
  name: 'driving-licence',
  title: 'Driving licence',
  summary: 'Look at your driving licence and share as much of it as somebody needs',
  open: ({ clock }) => {
    const licences = openLegacy(join(import.meta.dirname, 'fixtures', 'drivers.txt'), () => clock.now().toISOString().slice(0, 10))
    const done = async () => {}
    return { records: [licenceService(licences)], recordRoutes: enquiryRoutes, catchUp: done, settled: done, close: done }
  },
})
