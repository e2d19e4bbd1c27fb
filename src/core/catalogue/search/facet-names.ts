/** Facets that every question is answered with. */
export const facetNames = ['publisher', 'format', 'theme', 'licence'] as const
export type FacetName = (typeof facetNames)[number]

/** Facets that are counted when somebody asks for them: plain questions do not pay for them. */
export const extraFacets = ['openness', 'frequency', 'nii', 'spatial', 'updated'] as const
export type ExtraFacet = (typeof extraFacets)[number]

/** When something was last changed, each beside the ones that hold it. */
export const spanTitles = {
  week: 'In the last week',
  month: 'In the last month',
  year: 'In the last year',
  older: 'Longer ago',
} as const
