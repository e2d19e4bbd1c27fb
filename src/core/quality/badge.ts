const GREEN = '#1a7a3a'
const AMBER = '#8a5a00'
const RED = '#b02a1c'

/** The score as a small picture that a publisher can put beside its link to the dataset; it says in words what it shows. */
export function badgeSvg({ score, stars }: { score: number; stars: number }): string {
  const colour = score >= 75 ? GREEN : score >= 50 ? AMBER : RED
  const text = `${score}/100`
  const rating = '★'.repeat(stars) + '☆'.repeat(5 - stars)
  const label = `Data quality ${score} of 100, ${stars} of 5 stars for openness`
  return `<svg xmlns="http://www.w3.org/2000/svg" width="196" height="24" role="img" aria-label="${label}"><title>${label}</title><rect width="196" height="24" rx="3" fill="#3d4145"/><path d="M74 0h119a3 3 0 0 1 3 3v18a3 3 0 0 1-3 3H74z" fill="${colour}"/><g fill="#fff" font-family="Verdana,DejaVu Sans,sans-serif" font-size="11"><text x="8" y="16">data quality</text><text x="82" y="16" font-weight="bold">${text}</text><text x="130" y="16">${rating}</text></g></svg>\n`
}
