/** Of Authorization. */
export const KEYS_NOBODY_HAS = [
  '',
  'Bearer',
  'Bearer x',
  'Basic dXNlcjpwYXNz',
  'bearer  y',
  'Bearer a b',
];

/** Of bodies. */
export const CONTENT_TYPES = [
  ...['text/plain', 'application/xml', 'application/json; charset=utf-16', 'APPLICATION/JSON'],
  ...['application/x-www-form-urlencoded', 'multipart/form-data', '', 'json', 'a/b; c="', '*/*'],
];

/** What browsers, proxies and attackers add. */
export const STRANGE_HEADERS: readonly Readonly<Record<string, string>>[] = [
  { origin: 'https://evil.example' },
  { origin: 'null' },
  { host: 'evil.example' },
  { 'sec-fetch-site': 'cross-site' },
  { 'x-forwarded-for': '1.2.3.4', 'x-forwarded-host': 'evil.example' },
  { 'x-http-method-override': 'DELETE' },
  { accept: 'text/html', 'accept-encoding': 'br' },
  { range: 'bytes=0-1', 'if-none-match': '*' },
  { 'content-encoding': 'gzip' },
  { cookie: 'a=b; __proto__=c' },
  { 'last-event-id': '\u00e9' },
  { 'accept-version': '2.x' },
  { 'x-request-id': 'mine' },
];
