import { drivingLicence } from './driving-licence/profile.ts'
import { policeRecords } from './police-records/profile.ts'
import { spend } from './spend/profile.ts'

export { supplierColumn } from './spend/mapping.ts'

/** Every profile that ships. */
export const profiles = [spend, drivingLicence, policeRecords]
