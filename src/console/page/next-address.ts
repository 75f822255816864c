const CONSOLE = '/console';

/**
 * Where somebody goes on after signing in: an address that a page of the console was asked for, and no
 * other. Anything else, such as an address of another host, leads to the first page.
 */
export function toNextAddress(text: unknown): string {
  if (typeof text !== 'string') return CONSOLE;
  // Read as browsers read it, which takes a backslash for a slash and leaves out line breaks.
  const url = URL.parse(text, 'http://here.invalid');
  const isOurs =
    url?.origin === 'http://here.invalid' &&
    (url.pathname === CONSOLE || url.pathname.startsWith(`${CONSOLE}/`)) &&
    !url.pathname.startsWith(`${CONSOLE}/sign-`);
  return isOurs ? `${url.pathname}${url.search}` : CONSOLE;
}
