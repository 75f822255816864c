import assert from 'node:assert/strict';

import { askRaw, type RawReply } from '../support/raw-request.ts';

/** Somebody who opens pages without JavaScript: cookies, links and forms, and nothing else. */
export function createReader(gatewayUrl: string) {
  const { port, host } = new URL(gatewayUrl);
  let cookie = '';

  async function send(line: string, headers: readonly string[], body = ''): Promise<RawReply> {
    const reply = await askRaw(
      Number(port),
      [
        `${line} HTTP/1.1`,
        `Host: ${host}`,
        ...(cookie === '' ? [] : [`Cookie: ${cookie}`]),
        ...headers,
      ],
      body,
    );
    return reply;
  }

  return {
    open: (path: string, ...headers: string[]) => send(`GET ${path}`, headers),

    submit: (path: string, fields: Readonly<Record<string, string>>, ...headers: string[]) =>
      send(
        `POST ${path}`,
        [
          'Content-Type: application/x-www-form-urlencoded',
          `Origin: http://${host}`,
          'Sec-Fetch-Site: same-origin',
          ...headers,
        ],
        new URLSearchParams(fields).toString(),
      ),

    /** Signs in, or out and in again, on the page for it. */
    async signIn(key: string): Promise<void> {
      const response = await fetch(`${gatewayUrl}/console/sign-in`, {
        method: 'POST',
        redirect: 'manual',
        headers: { origin: `http://${host}` },
        body: new URLSearchParams({ key }),
      });
      assert.equal(response.status, 303);
      cookie = response.headers.get('set-cookie')?.split(';')[0] ?? '';
    },
  };
}

/** Where a reply leads. */
export function locationOf({ head }: RawReply): string | null {
  return /\r\nlocation: (.*?)(?:\r\n|$)/.exec(head)?.[1] ?? null;
}

/** The token in the form of a page. */
export function tokenOf({ body }: RawReply): string {
  return /name="token" value="([^"]+)"/.exec(body)?.[1] ?? '';
}
