// Makes pages quicker to use. Every page works without it.

/** Facets and sort order apply at once. */
for (const form of document.querySelectorAll('form[data-auto]'))
  form.addEventListener('change', (event) => {
    if (event.target.matches('input[type=checkbox], select')) form.requestSubmit()
  })

/** What may be meant is offered while somebody types. */
for (const field of document.querySelectorAll('input[type=search][name=q]')) {
  const list = document.createElement('datalist')
  list.id = `${field.id}-offered`
  field.after(list)
  field.setAttribute('list', list.id)
  field.setAttribute('autocomplete', 'off')
  let waiting
  let asked = ''
  field.addEventListener('input', () => {
    clearTimeout(waiting)
    const text = field.value.trim()
    if (text.length < 2 || text === asked) return
    waiting = setTimeout(async () => {
      asked = text
      const answer = await fetch(`/v1/suggest?${new URLSearchParams({ q: text.slice(0, 100) })}`).catch(() => undefined)
      if (!answer?.ok || field.value.trim() !== text) return
      const { suggestions } = await answer.json()
      const texts = [...new Set(suggestions.map((suggestion) => suggestion.text))]
      list.replaceChildren(...texts.map((value) => Object.assign(document.createElement('option'), { value })))
    }, 150)
  })
}

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

// A code in the fragment, from a QR code: no server was sent it, and the address loses it.
const codeBox = document.querySelector('input.code-input')
if (codeBox && location.hash.length > 1) {
  codeBox.value = decodeURIComponent(location.hash.slice(1))
  history.replaceState(null, '', location.pathname)
}

const proofPlace = document.querySelector('[data-check-proof]')
if (proofPlace && globalThis.crypto?.subtle) checkProof(proofPlace)

async function checkProof(place) {
  const textOf = (name) => document.querySelector(`[data-proof-${name}]`).textContent
  const bytesOf = (base64) => Uint8Array.from(atob(base64), (symbol) => symbol.charCodeAt(0))
  const hashOf = async (...parts) => new Uint8Array(await crypto.subtle.digest('SHA-256', await new Blob(parts).arrayBuffer()))
  const same = (a, b) => a.length === b.length && a.every((byte, at) => byte === b[at])
  try {
    const [proof, ...rest] = textOf('text').split('\n\n')
    const note = rest.join('\n\n')
    const [, indexLine, ...path] = proof.split('\n')
    let index = Number(indexLine.slice('index '.length))
    const checkpoint = note.slice(0, note.indexOf('\n\n') + 1)
    const [, size, root] = checkpoint.split('\n')
    let last = Number(size) - 1
    let hash = await hashOf(Uint8Array.of(0), await hashOf(bytesOf(textOf('salt')), textOf('event')))
    // RFC 9162, section 2.1.3.2
    for (const sibling of path.filter(Boolean).map(bytesOf)) {
      if (index % 2 === 1 || index === last) {
        hash = await hashOf(Uint8Array.of(1), sibling, hash)
        while (index % 2 === 0 && index !== 0) {
          index /= 2
          last = Math.floor(last / 2)
        }
      } else hash = await hashOf(Uint8Array.of(1), hash, sibling)
      index = Math.floor(index / 2)
      last = Math.floor(last / 2)
    }
    if (last !== 0 || !same(hash, bytesOf(root))) throw new Error('the hashes do not lead to the root')
    const [name] = place.dataset.key.split('+')
    const key = bytesOf(place.dataset.key.slice(name.length + 10)).slice(1)
    const line = note.split('\n').find((each) => each.startsWith(`\u2014 ${name} `))
    const signature = bytesOf(line.slice(name.length + 3)).slice(4)
    const imported = await crypto.subtle.importKey('raw', key, 'Ed25519', false, ['verify']).catch(() => undefined)
    const signed = imported && (await crypto.subtle.verify('Ed25519', imported, signature, new TextEncoder().encode(checkpoint)))
    if (signed === false) throw new Error('the signature of the log is wrong')
    place.textContent = `Your browser has checked it: this entry is in the public log of ${size} entries${signed ? ', which the log signed' : '; this browser cannot check the signature'}.`
  } catch (error) {
    place.textContent = `This proof does not hold: ${error.message}.`
  }
}
