import type { IncomingMessage } from 'node:http';

/**
 * Every value of a header, in the order in which they came; a name that is sent twice has two. Read from
 * what arrived, because what Node makes of it drops or joins some, and because a request that the
 * console makes inside this process has nothing else.
 */
export function headerValues({ rawHeaders }: IncomingMessage, name: string): readonly string[] {
  return rawHeaders.filter(
    (_value, index) => index % 2 === 1 && rawHeaders[index - 1]?.toLowerCase() === name,
  );
}
