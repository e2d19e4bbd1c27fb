// Makes pages quicker to use. Every page works without it.

/** Facets and sort order apply at once. */
for (const form of document.querySelectorAll('form[data-auto]'))
  form.addEventListener('change', (event) => {
    if (event.target.matches('input[type=checkbox], select')) form.requestSubmit()
  })

/** Calls can be copied. */
for (const block of document.querySelectorAll('[data-copy]')) {
  const button = document.createElement('button')
  button.type = 'button'
  button.className = 'copy'
  button.textContent = 'Copy'
  const name = block.querySelector('h3')?.textContent
  if (name) button.setAttribute('aria-label', `Copy the ${name} call`)
  button.addEventListener('click', async () => {
    await navigator.clipboard.writeText(block.querySelector('code').textContent)
    button.textContent = 'Copied'
    setTimeout(() => {
      button.textContent = 'Copy'
    }, 2000)
  })
  block.querySelector('.call__head').append(button)
}

/** Only the operators that suit the chosen column are offered. */
for (const form of document.querySelectorAll('form[data-filter]')) {
  const column = form.querySelector('select[data-column]')
  const operator = form.querySelector('select[data-operator]')
  const all = [...operator.options]
  const suit = () => {
    const type = column.selectedOptions[0]?.dataset.type ?? ''
    const kept = operator.value
    const offered = all.filter((option) => !type || !option.dataset.types || option.dataset.types.split(' ').includes(type))
    operator.replaceChildren(...offered)
    operator.value = offered.some((option) => option.value === kept) ? kept : offered[0].value
  }
  column.addEventListener('change', suit)
  suit()
}

const LONGEST = 20_000

/** Answers of the API are shown in place. */
for (const form of document.querySelectorAll('form[data-try]'))
  form.addEventListener('submit', async (event) => {
    event.preventDefault()
    const shown = form.querySelector('output')
    const address = addressOf(form)
    shown.textContent = 'Asking…'
    try {
      const began = performance.now()
      const answer = await fetch(address, { headers: { accept: 'application/json' } })
      const text = await beginningOf(answer)
      show(shown, `GET ${address}`, `${answer.status} in ${Math.round(performance.now() - began)} ms`, text)
    } catch (error) {
      shown.textContent = `No answer: ${error.message}. Check the connection and try again.`
    }
  })

function addressOf(form) {
  const pattern = form.getAttribute('data-try') // form.dataset is the field of that name where there is one
  const values = new FormData(form)
  const path = pattern.replace(/\{([^}]+)\}/g, (_, name) => encodeURIComponent(values.get(name) ?? ''))
  const query = new URLSearchParams()
  for (const [name, value] of values) if (value && !pattern.includes(`{${name}}`)) query.append(name, value)
  return query.size ? `${path}?${query}` : path
}

/** The answer as text, at most its first 20,000 characters: pages are for reading, and a whole table may be large. */
async function beginningOf(answer) {
  const type = answer.headers.get('content-type') ?? ''
  if (!/json|text|csv/.test(type)) {
    await answer.body?.cancel()
    return `A file of type ${type}. Open the address to save it.`
  }
  const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader()
  let text = ''
  for (let part = await reader.read(); !part.done && text.length <= LONGEST; part = await reader.read()) text += part.value
  await reader.cancel()
  const shown = pretty(text)
  return shown.length > LONGEST ? `${shown.slice(0, LONGEST)}\n… (cut here)` : shown
}

function pretty(text) {
  try {
    return JSON.stringify(JSON.parse(text), null, 2)
  } catch {
    return text
  }
}

function show(place, request, status, text) {
  const head = document.createElement('p')
  const body = document.createElement('pre')
  head.textContent = `${request} · ${status}`
  body.tabIndex = 0
  body.textContent = text
  place.className = 'answer'
  place.replaceChildren(head, body)
}
