import fc from 'fast-check';

/** What is written on a connection, in pieces with pauses between them, as Latin-1. */
export type RawShape = {
  readonly name: string;
  readonly pieces: readonly string[];
  /** What has to be refused: with 400, once, and whatever follows on the connection is not read. */
  readonly isRefused: boolean;
};

const HOST = 'Host: localhost';
const JSON_TYPE = 'Content-Type: application/json';
const HIDDEN = `GET /calls/hidden HTTP/1.1\r\n${HOST}\r\n\r\n`;

const bytes = (maxLength: number) =>
  fc.uint8Array({ minLength: 1, maxLength }).map((value) => Buffer.from(value).toString('latin1'));

const shape = (name: string, pieces: fc.Arbitrary<string | readonly string[]>) =>
  pieces.map((made): RawShape => ({ name, pieces: [made].flat(), isRefused: false }));

const refused = (name: string, sent: fc.Arbitrary<string>) =>
  sent.map((made): RawShape => ({ name, pieces: [made], isRefused: true }));

const get = (target: string, ...lines: string[]) =>
  [`GET ${target} HTTP/1.1`, HOST, 'Connection: close', ...lines, '', ''].join('\r\n');

/** Where `rawShapesOf` puts a key that may start calls, so that bodies are read. */
const KEY = '«key»';

const post = (lines: readonly string[], body: string) =>
  ['POST /calls HTTP/1.1', HOST, JSON_TYPE, KEY, ...lines, '', body].join('\r\n');

const requestLine = fc.oneof(
  bytes(200),
  fc.constantFrom(
    ...[
      'GET',
      'GET ',
      'GET /healthz',
      'GET /healthz HTTP/9.9',
      'GET /healthz HTTP/0.9',
      'get / HTTP/1.1',
    ],
    ...[
      'GET  /healthz  HTTP/1.1',
      'GET\t/healthz\tHTTP/1.1',
      ' GET /healthz HTTP/1.1',
      'GET healthz HTTP/1.1',
    ],
    ...[
      'CONNECT evil.example:443 HTTP/1.1',
      'CONNECT / HTTP/1.1',
      'OPTIONS * HTTP/1.1',
      'PRI * HTTP/2.0',
    ],
    ...[
      'GET http://evil.example/healthz HTTP/1.1',
      'GET //evil.example HTTP/1.1',
      'GET /\x00 HTTP/1.1',
    ],
    ...[
      'GET /\xff\xfe HTTP/1.1',
      'GET /%ff HTTP/1.1',
      'GET /calls/%c3%28 HTTP/1.1',
      '\x16\x03\x01\x02\x00',
    ],
    ...[
      'M-SEARCH * HTTP/1.1',
      'QUERY /calls HTTP/1.1',
      'GET /healthz HTTP/1.1 HTTP/1.1',
      'TRACE / HTTP/1.1',
    ],
  ),
);

const headerLine = fc.oneof(
  bytes(300),
  fc.constantFrom(
    ...[
      'Host',
      ': value',
      'X\x00: a',
      'X: a\x00b',
      'X : a',
      ' folded',
      'X: \xff\xfe',
      'X: a\x0bb',
      'X\xe4: a',
    ],
    ...[
      'Expect: 100-continue',
      'Expect: a-miracle',
      'Upgrade: websocket',
      'Upgrade: h2c\r\nConnection: Upgrade',
    ],
    ...[
      'Content-Length: 0',
      'Content-Type: \x01',
      'Authorization: Bearer \xff',
      'Host: a\r\nHost: b',
    ],
    ...['Connection: Transfer-Encoding', 'Connection: keep-alive, close', 'Keep-Alive: timeout=-1'],
    ...['Range: bytes=a-b', 'Accept-Encoding: \x80', 'Sec-Fetch-Site: \xff', 'Origin: \x80'],
  ),
);

const chunk = fc.oneof(
  bytes(40),
  fc.constantFrom(
    ...[
      '0\r\n\r\n',
      'zz\r\nab\r\n0\r\n\r\n',
      '5\r\nab\r\n0\r\n\r\n',
      '-1\r\n\r\n',
      'ffffffffffffffff\r\n',
      '2;x\r\nab\r\n',
    ],
    ...[
      '2\nab\n0\n\n',
      '0\r\nTrailer: x\r\n\r\n',
      `0\r\nX: ${'a'.repeat(20_000)}\r\n\r\n`,
      '1\r\n{\r\n1\r\n}\r\n0\r\n\r\n',
    ],
  ),
);

const length = fc.constantFrom(
  ...[
    '-1',
    '+1',
    '1e3',
    '0x10',
    '',
    ' ',
    'a',
    '1, 1',
    '99999999999999999999',
    '18446744073709551617',
    '1.0',
    '٣',
  ],
);

const smuggled = fc.constantFrom(
  post(['Content-Length: 4', 'Transfer-Encoding: chunked'], `0\r\n\r\n${HIDDEN}`),
  post(['Transfer-Encoding: chunked', 'Content-Length: 4'], `0\r\n\r\n${HIDDEN}`),
  post(['Content-Length: 0', 'Content-Length: 44'], HIDDEN),
  post(['Content-Length: 44', 'Content-Length: 0'], HIDDEN),
  post(['Transfer-Encoding : chunked'], `0\r\n\r\n${HIDDEN}`),
  post(['Transfer-Encoding: xchunked'], `0\r\n\r\n${HIDDEN}`),
  post(['Transfer-Encoding: chunked, identity'], `0\r\n\r\n${HIDDEN}`),
  post(['Transfer-Encoding: \x0bchunked'], `0\r\n\r\n${HIDDEN}`),
  post(['X: a\rTransfer-Encoding: chunked'], `0\r\n\r\n${HIDDEN}`),
  post(['Content-Length: 5\r\n 0'], `abcde${HIDDEN}`),
);

/** Everything that a client should not send, and a gateway meets, by somebody who has this key. */
export function rawShapesOf(key: string): fc.Arbitrary<RawShape> {
  const authorization = `Authorization: Bearer ${key}`;
  return shapes.map((made) => ({
    ...made,
    pieces: made.pieces.map((piece) => piece.replaceAll(KEY, authorization)),
  }));
}

const shapes: fc.Arbitrary<RawShape> = fc.oneof(
  shape(
    'a broken request line',
    requestLine.map((line) => `${line}\r\n${HOST}\r\n\r\n`),
  ),
  shape(
    'no Host',
    fc
      .constantFrom('GET /healthz HTTP/1.1', 'GET /calls HTTP/1.1', 'GET /healthz HTTP/1.0')
      .map((line) => `${line}\r\nConnection: close\r\n\r\n`),
  ),
  shape('nothing but bytes', bytes(2_000)),
  shape(
    'a broken header',
    headerLine.map((line) => get('/calls/1.1', line)),
  ),
  shape(
    'headers without end',
    fc
      .integer({ min: 100, max: 3_000 })
      .map((count) =>
        get('/calls/1.1', ...Array.from({ length: count }, (_, index) => `X-${index}: ${index}`)),
      ),
  ),
  shape(
    'a huge header',
    fc.integer({ min: 1_000, max: 100_000 }).map((size) => get('/calls', `X: ${'a'.repeat(size)}`)),
  ),
  shape(
    'a huge address',
    fc
      .tuple(
        fc.constantFrom('/', '/calls/', '/calls?q=', '/docs/static/'),
        fc.integer({ max: 40_000, min: 300 }),
      )
      .map(([start, size]) => get(start + 'a'.repeat(size))),
  ),
  shape(
    'bad bytes in an address',
    bytes(60).map((part) => get(`/calls/${part.replaceAll(/\s/g, '')}`)),
  ),
  shape(
    'bad chunks',
    chunk.map((part) => post(['Connection: close', 'Transfer-Encoding: chunked'], part)),
  ),
  shape(
    'a bad length',
    length.map((given) => post(['Connection: close', `Content-Length: ${given}`], '{}')),
  ),
  shape(
    'less than was announced',
    fc.integer({ min: 3, max: 60_000 }).map((size) => post([`Content-Length: ${size}`], '{}')),
  ),
  shape(
    'more than fits',
    fc
      .integer({ min: 65_537, max: 10_000_000 })
      .map((size) => post(['Connection: close', `Content-Length: ${size}`], 'x'.repeat(70_000))),
  ),
  shape(
    'a body that is not UTF-8',
    bytes(50).map((body) => post(['Connection: close', `Content-Length: ${body.length}`], body)),
  ),
  shape(
    'requests in a row',
    fc
      .integer({ min: 2, max: 40 })
      .map((count) => `GET /calls/1.1 HTTP/1.1\r\n${HOST}\r\n\r\n`.repeat(count) + get('/healthz')),
  ),
  shape(
    'slow bytes',
    fc.constantFrom('/healthz', '/calls/1.1').map((target) => get(target).split('')),
  ),
  refused('smuggling', smuggled),
);
