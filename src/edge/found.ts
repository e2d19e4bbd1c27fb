import type { Catalogue } from '../core/catalogue/index.ts'
import type { Quality } from '../core/quality/index.ts'
import type { Nii } from '../core/steering/index.ts'

/** Tells search what areas above the catalogue know of datasets: how open they are, whether the nation relies on them, how much they are used. */
export async function tellSearch(catalogue: Catalogue, quality: Quality, nii: Nii): Promise<void> {
  await catalogue.mark('openness', new Map([...(await quality.allStars())].map(([name, stars]) => [name, String(stars)])))
  await catalogue.mark('nii', await nii.datasets())
  await catalogue.markUses(await catalogue.uses.recent())
}
