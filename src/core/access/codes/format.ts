import { randomBytes } from 'node:crypto'

/** Crockford's base 32: no I, L, O, U. */
const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'
const RANDOM_SYMBOLS = 11

/** A prime, so that no wrong symbol and no two neighbours exchanged go unnoticed, but for 0 and Z, which differ by it. */
const MODULUS = 31

/**
 * A new code of 55 random bits: the letter of its purpose, eleven symbols, a check symbol.
 *
 * @see https://www.crockford.com/base32.html
 */
export function newCode(letter: string): string {
  let code = letter
  for (const byte of randomBytes(RANDOM_SYMBOLS)) code += ALPHABET[byte & 31]
  return code + checkSymbol(code)
}

/** As it is read aloud and typed: `W-7K3F-9QXM-2TB4`. */
export function displayCode(code: string): string {
  return [code.slice(0, 1), code.slice(1, 5), code.slice(5, 9), code.slice(9)].join('-')
}

/** The code in what somebody typed: any case, spaces and hyphens anywhere, O for 0, I and L for 1. Undefined when it holds a slip. */
export function readCode(typed: string): string | undefined {
  if (typed.length > 100) return undefined
  const code = typed
    .toUpperCase()
    .replace(/[\s\u2010-\u2015-]/g, '')
    .replace(/O/g, '0')
    .replace(/[IL]/g, '1')
  if (code.length !== RANDOM_SYMBOLS + 2 || [...code].some((symbol) => !ALPHABET.includes(symbol))) return undefined
  return checkSymbol(code.slice(0, -1)) === code.at(-1) ? code : undefined
}

/** Whether a letter may begin a code: it reads back as itself. */
export function isPurposeLetter(letter: string): boolean {
  return /^[A-Z]$/.test(letter) && ALPHABET.includes(letter)
}

function checkSymbol(symbols: string): string {
  let sum = 0
  for (const [at, symbol] of [...symbols].entries()) sum += (at + 1) * ALPHABET.indexOf(symbol)
  return ALPHABET[sum % MODULUS]!
}
