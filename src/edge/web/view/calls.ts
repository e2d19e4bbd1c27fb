/** Calls of the data API in the languages people use, each carrying the view's question. */

export interface Call {
  id: string
  title: string
  /** What to know before it is run. */
  note: string
  code: string
}

/** The call of one table's rows; `question` is the query of the view, without the page. */
export function callsOf(base: string, dataset: string, question: URLSearchParams): Call[] {
  const path = `${base}/v1/datasets/${dataset}/records`
  // URLSearchParams encodes quotes and backslashes, so the address can stand between quotes of any language.
  const query = question.size ? `?${question.toString().replaceAll("'", '%27')}` : ''
  const csv = `${path}.csv${query}`
  const page = new URLSearchParams(question)
  page.set('limit', '100')
  return [
    { id: 'curl', title: 'curl', note: 'The first 100 rows as JSON.', code: `curl '${path}?${page}'` },
    {
      id: 'python',
      title: 'Python',
      note: 'Every row as a data frame; needs pandas.',
      code: `import pandas as pd\n\ndata = pd.read_csv("${csv}")\nprint(data.head())`,
    },
    {
      id: 'r',
      title: 'R',
      note: 'Every row as a data frame; needs no package.',
      code: `data <- read.csv("${csv}", check.names = FALSE)\nhead(data)`,
    },
    {
      id: 'javascript',
      title: 'JavaScript',
      note: 'The first 100 rows; page.next holds the cursor of the next page.',
      code: `const answer = await fetch('${path}?${page}')\nconst { records, page } = await answer.json()\nconsole.table(records)`,
    },
    {
      id: 'excel',
      title: 'Excel',
      note: 'Data, Get Data, From Other Sources, Blank Query, Advanced Editor: paste this. Refresh brings the newest version.',
      code: `let\n  source = Csv.Document(Web.Contents("${csv}"), [Encoding = 65001]),\n  table = Table.PromoteHeaders(source)\nin\n  table`,
    },
  ]
}
