import { randomUUID } from 'node:crypto'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createTransport } from 'nodemailer'

/** A letter to one address. */
export interface Letter {
  to: string
  subject: string
  text: string
  /** Address that ends it by a POST. */
  stop: string
}

/** Sends letters, or puts them down. */
export interface Mailer {
  send(letter: Letter): Promise<void>
  close(): void
}

/** Sends by the SMTP server at `url`; without one each letter becomes a file in `folder`, to be read by whoever tries the server out. */
export function openMailer({ url, from, folder }: { url: string; from: string; folder: string }): Mailer {
  const transport = url ? createTransport(url) : createTransport({ streamTransport: true, buffer: true, newline: 'unix' })
  return {
    send: async ({ to, subject, text, stop }) => {
      const sent = await transport.sendMail({
        from,
        to: { name: '', address: to },
        subject,
        text,
        disableFileAccess: true,
        disableUrlAccess: true,
        // One click of a mail program ends it. @see RFC 8058
        headers: {
          'List-Unsubscribe': `<${stop}>`,
          'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click',
          'Auto-Submitted': 'auto-generated',
        },
      })
      if (url) return
      await mkdir(folder, { recursive: true, mode: 0o700 })
      await writeFile(join(folder, `${Date.now()}-${randomUUID()}.eml`), (sent as { message: Buffer }).message, { mode: 0o600 })
    },
    close: () => transport.close(),
  }
}
