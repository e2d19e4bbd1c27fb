import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto'
import { Problem } from '../../../foundation/kernel/index.ts'
import { keptFile } from './kept-file.ts'

/** The one secret from which the others come, kept outside the database that it protects. */
export interface MasterKey {
  /** 32 bytes for one use, always the same for the same name. */
  secret(use: string): Buffer
  /** The bytes, encrypted and bound to a label. */
  seal(bytes: Uint8Array, label: string): Buffer
  /** @throws when the bytes were not sealed with this key under this label. */
  open(sealed: Uint8Array, label: string): Buffer
}

/**
 * The master key in a file: 32 bytes as base64url, readable by its owner alone. Made when there is none, once however many processes ask.
 *
 * @throws {Problem} configuration-invalid when the file holds something else.
 */
export function openMasterKey(path: string): MasterKey {
  const text = keptFile(path, () => randomBytes(32).toString('base64url'))
  const key = Buffer.from(text.trim(), 'base64url')
  if (key.length !== 32)
    throw new Problem('configuration-invalid', {
      detail: `The master key in ${path} is not 32 bytes in base64url.`,
      pointer: '/masterKeyFile',
      hint: 'head -c 32 /dev/urandom | basenc --base64url > FILE',
    })
  return masterKey(key)
}

/** A master key of 32 bytes. */
export function masterKey(key: Uint8Array): MasterKey {
  const secret = (use: string) => Buffer.from(hkdfSync('sha256', key, '', `sixteen ${use}`, 32))
  const sealing = secret('seal')
  return {
    secret,
    seal: (bytes, label) => {
      const iv = randomBytes(12)
      const cipher = createCipheriv('aes-256-gcm', sealing, iv).setAAD(Buffer.from(label))
      return Buffer.concat([iv, cipher.update(bytes), cipher.final(), cipher.getAuthTag()])
    },
    open: (sealed, label) => {
      const whole = Buffer.from(sealed)
      const decipher = createDecipheriv('aes-256-gcm', sealing, whole.subarray(0, 12), { authTagLength: 16 })
        .setAAD(Buffer.from(label))
        .setAuthTag(whole.subarray(-16))
      return Buffer.concat([decipher.update(whole.subarray(12, -16)), decipher.final()])
    },
  }
}
