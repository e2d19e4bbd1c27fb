/** A browser reduced to what sign-in needs: it keeps cookies by path, follows nothing by itself, and sends forms. */
export class Visitor {
  #base: string
  #cookies = new Map<string, { value: string; path: string }>()

  constructor(base: string) {
    this.#base = base
  }

  async get(path: string, headers: Record<string, string> = {}): Promise<Response> {
    return this.#ask(path, { headers: { accept: 'text/html', ...headers } })
  }

  async post(
    path: string,
    form: Record<string, string> | Array<[string, string]>,
    headers: Record<string, string> = {},
  ): Promise<Response> {
    return this.#ask(path, {
      method: 'POST',
      headers: { accept: 'text/html', 'sec-fetch-site': 'same-origin', ...headers },
      body: new URLSearchParams(form),
    })
  }

  /** Follows redirects on this site until there is a page, or one that leads elsewhere. */
  async follow(response: Response): Promise<Response> {
    let at = response
    for (let hops = 0; hops < 20; hops += 1) {
      const to = at.headers.get('location')
      if (at.status < 300 || at.status >= 400 || !to) return at
      const address = new URL(to, this.#base)
      if (address.origin !== new URL(this.#base).origin) return at
      at = await this.get(address.pathname + address.search)
    }
    throw new Error('too many redirects')
  }

  /** Signs in at the embedded provider, on the way to `path`; the answer is what stands there. */
  async signIn(person: string, path: string, as: 'citizen' | 'member' = 'citizen'): Promise<Response> {
    const asked = await this.follow(await this.get(`/sign-in?${new URLSearchParams({ as, to: path })}`))
    return this.choose(asked, person)
  }

  /** Chooses a person on the page of the embedded provider and goes on. */
  async choose(asked: Response, person: string): Promise<Response> {
    const uid = /development-identity\/people\/([\w-]+)/.exec(await asked.text())?.[1]
    if (!uid) throw new Error(`no page of people: ${asked.status} ${asked.url}`)
    return this.follow(await this.post(`/development-identity/people/${uid}`, { person }))
  }

  cookie(name: string): string | undefined {
    return this.#cookies.get(name)?.value
  }

  async #ask(path: string, init: RequestInit): Promise<Response> {
    const cookie = [...this.#cookies]
      .filter(([, { path: scope }]) => path.split('?')[0]!.startsWith(scope))
      .map(([name, { value }]) => `${name}=${value}`)
      .join('; ')
    const response = await fetch(this.#base + path, {
      ...init,
      redirect: 'manual',
      headers: { ...init.headers, ...(cookie && { cookie }) },
    })
    for (const line of response.headers.getSetCookie()) this.#take(line)
    return response
  }

  #take(line: string): void {
    const [pair = '', ...attributes] = line.split(/; */)
    const name = pair.slice(0, pair.indexOf('='))
    const value = pair.slice(name.length + 1)
    const path = attributes.find((each) => /^path=/i.test(each))?.slice(5) ?? '/'
    const gone = attributes.some((each) => /^max-age=0$/i.test(each) || /^expires=Thu, 01 Jan 1970/i.test(each))
    if (gone) this.#cookies.delete(name)
    else this.#cookies.set(name, { value, path })
  }
}
