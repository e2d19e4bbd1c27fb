const titles = /^(?:mr|mrs|miss|ms|mx|dr|prof|professor|sir|dame|lady|lord|rev|revd|reverend|messrs)\.?\s+\p{L}/iu
const afterTitle = /^\p{L}[\p{L}'-]+,?\s+(?:mr|mrs|miss|ms|mx|dr|prof|sir|dame|rev)\b\.?(?:\s+\p{L}+){0,2}$/iu
const surnameFirst = /^\p{L}[\p{L}'-]+,\s*(?:\p{L}\.?\s*){1,3}$/u
const initialsFirst = /^(?:\p{Lu}\.?\s+){1,3}\p{L}[\p{L}'-]+(?:-\p{L}+)?$/u

/** Words of bodies: whoever carries one is no private person. */
const bodyWords = new RegExp(
  `\\b(?:${[
    'ltd limited plc llp lp inc corp corporation company co cic cio gmbh bv sa ag group holdings partners partnership associates association',
    'society trust foundation charity council borough county city district parish university college school academy hospital nhs surgery clinic practice',
    'police fire service services solutions systems consulting consultants consultancy solicitors chambers architects engineers engineering construction',
    'builders building transport travel taxis cars hire hotel hotels inn restaurant cafe catering foods farm farms garage motors energy power water gas electric',
    'electrical technologies technology software media press print printing design studio studios theatre museum club institute agency bureau bank insurance',
    'international uk global national british england scotland wales department ministry office authority commission committee board department housing homes',
    'care nursing training education recruitment security cleaning maintenance supplies supply products equipment logistics and sons bros brothers the of for',
    'redacted withheld personal data individual various refund grant payroll centre center church ymca age concern',
  ]
    .join(' ')
    .split(' ')
    .join('|')})\\b|[&@/0-9]`,
  'i',
)

const firstNames = new Set(
  `adam adrian aisha alan albert alex alexander alexandra alfred ali alice alison amanda amelia amy andrea andrew angela anita ann anna anne annette anthony
  antony arthur barbara barry beatrice ben benjamin bernard beth bethany betty beverley brenda brian bridget bruce carl carol caroline catherine charles charlie
  charlotte cheryl chloe chris christina christine christopher claire clare clive colin craig cynthia daisy dale daniel danielle darren daryl dave david dawn dean
  debbie deborah debra denise dennis derek diana diane dominic donald donna doreen dorothy douglas duncan edith edward eileen elaine eleanor elizabeth ella ellen
  ellie emily emma eric erica ethan eva evelyn fatima fiona florence frances francesca francis frank frederick gail gareth gary gavin gemma geoffrey george
  georgia gerald gerard gillian gladys glen glenn gloria gordon grace graeme graham grant greg gregory guy hannah harold harriet harry hayley hazel heather helen
  henry hilary holly howard hugh ian imogen irene isaac isabel isabella isobel ivan jack jackie jacob jacqueline jade james jamie jane janet janice jason jasmine
  jay jayne jean jeffrey jemma jennifer jenny jeremy jessica jill jim jo joan joanna joanne joe joel john jon jonathan jordan joseph josephine joshua joyce juan
  judith julia julian julie june justin karen karl kate katherine kathleen kathryn katie katy kay keith kelly ken kenneth kerry kevin kim kimberley kirsty kyle
  laura lauren lawrence leah lee leonard leslie lesley lewis liam lilian lily linda lindsay lisa liz lorna lorraine louis louise lucy luke lydia lyn lynda lynn lynne
  malcolm mandy marc marcus margaret maria marian marie marilyn marion marjorie mark martin mary mathew matthew maureen maurice max megan melanie melissa mia michael
  michelle mike mildred mohamed mohammad mohammed molly monica muhammad muriel nancy naomi natalie natasha neil nicholas nick nicola nicole nigel noah nora norma norman
  oliver olivia oscar owen pamela patricia patrick paul paula pauline peggy penelope penny peter philip phillip phyllis poppy rachel ralph raymond rebecca reginald rhys
  richard rita robert robin roger ronald rosalind rose rosemary rosie ross roy ruby russell ruth ryan sally sam samantha samuel sandra sara sarah scott sean sebastian
  sharon shaun sheila shirley sian simon sophia sophie stacey stanley stella stephanie stephen steve steven stewart stuart sue susan suzanne sylvia tanya tara teresa
  terence terry thelma theresa thomas tim timothy tina toby tom tony tracey tracy trevor valerie vanessa vera veronica victor victoria vincent violet vivien vivienne
  walter wayne wendy wilfred william winifred yasmin yvonne zoe`.split(/\s+/),
)

/** Why a supplier's name looks like that of a private person; undefined when it does not. A warning before publication, never a verdict. */
export function personReason(name: string): string | undefined {
  const text = name.normalize('NFKC').replace(/\s+/g, ' ').trim()
  if (!text || text.length > 60 || bodyWords.test(text)) return undefined
  if (titles.test(text) || afterTitle.test(text)) return 'it carries a personal title'
  if (surnameFirst.test(text)) return 'it is a surname with initials'
  const words = text.replace(/[,.]/g, ' ').split(/\s+/).filter(Boolean)
  const first = words.find((word) => firstNames.has(word.toLowerCase()))
  if (words.length >= 2 && words.length <= 3 && first && words.every((word) => /^[\p{L}'-]+$/u.test(word)))
    return `${JSON.stringify(first)} is a first name`
  return initialsFirst.test(text) && (words.at(-1)?.length ?? 0) > 2 ? 'it is a surname with initials' : undefined
}
