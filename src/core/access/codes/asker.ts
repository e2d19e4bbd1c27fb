/** Somebody who is not signed in may call themselves anything; the person is told that nobody checked it. */
export function saidName(name: string | undefined): string | null {
  const said = name?.trim()
  return said ? `${said} (not checked)` : null
}
