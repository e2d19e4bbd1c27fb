import { spend } from './spend/profile.ts'

/** Every profile that ships. */
export const profiles = [spend]
