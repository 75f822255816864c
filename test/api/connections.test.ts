// Whatever clients do with their connections, the gateway keeps serving others, lets nobody stay for ever
// and ends within ten seconds of SIGTERM.
import assert from 'node:assert/strict';
import { createServer, type AddressInfo, type Socket } from 'node:net';

import { createDatabase, type Database } from '../../src/repositories/database.ts';
import { startOwnGateway, type OwnGateway } from '../support/own-gateway.ts';
import type { OwnProcess } from '../support/own-process.ts';
import { createTestDatabase, type TestDatabase } from '../support/postgres.ts';
import { openRawConnection, type RawConnection } from '../support/raw-connection.ts';
import { waitFor } from '../support/wait-for.ts';
import { addLongTranscript, openUnread } from './long-answer.ts';

// `docker stop` kills a process ten seconds after SIGTERM.
const ENDS_WITHIN_MS = 10_000;

const HALF_SENT = 'GET /healthz HTTP/1.1\r\nHost: localhost\r\nX-Half';
const UNFINISHED_BODY =
  'POST /calls HTTP/1.1\r\nHost: localhost\r\ncontent-type: application/json\r\ncontent-length: 1000\r\n\r\n{"call';
const WHOLE_REQUEST = 'GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n';

describe("the gateway's connections", () => {
  let testDatabase: TestDatabase;
  let database: Database;
  const gateways: OwnGateway[] = [];
  const sockets: Socket[] = [];
  /** Accepts connections, and never says anything. */
  const silent = createServer();

  /** The port of a gateway that no test ends. */
  let port: number;

  before(async () => {
    testDatabase = await createTestDatabase();
    database = createDatabase({ url: testDatabase.url, poolSize: 1 });
    await addLongTranscript(database, '1.1');
    ({ port } = await startGateway());
  });
  afterEach(() => {
    for (const socket of sockets.splice(0)) socket.destroy();
  });
  after(async () => {
    for (const gateway of gateways) await gateway.remove();
    silent?.close();
    await database?.close();
    await testDatabase?.drop();
  });

  async function startGateway(databaseUrl: string = testDatabase.url, env = {}) {
    const gateway = await startOwnGateway(databaseUrl, env);
    gateways.push(gateway);
    return gateway;
  }

  async function open(to: number, sent: string): Promise<RawConnection> {
    const connection = await openRawConnection(to, sent);
    sockets.push(connection.socket);
    return connection;
  }

  /** Sends SIGTERM; gives the exit code. */
  async function endsInTime(gateway: OwnProcess): Promise<number | null> {
    const startedAt = performance.now();
    const { code } = await gateway.stop();
    const took = performance.now() - startedAt;
    assert.ok(took < ENDS_WITHIN_MS, `it took ${took} ms`);
    return code;
  }

  it('ends within ten seconds of SIGTERM while clients hold half a request, half a body, an idle connection and an unread answer', async () => {
    const { process, port: ownPort } = await startGateway();
    await open(ownPort, HALF_SENT);
    await open(ownPort, UNFINISHED_BODY);
    await open(ownPort, '');
    const idle = await open(ownPort, WHOLE_REQUEST);
    await waitFor('the answer on the idle connection', async () => idle.received().endsWith('}'));
    const unread = await openUnread(ownPort, '1.1');
    sockets.push(unread.socket);

    assert.equal(await endsInTime(process), 0);
  });

  it('ends within ten seconds of SIGTERM while neither the database nor Temporal answers', async () => {
    silent.on('connection', (socket) => sockets.push(socket));
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
    const { port: silentPort } = silent.address() as AddressInfo;
    const { process, port: ownPort } = await startGateway(
      `postgresql://nobody@127.0.0.1:${silentPort}/nowhere`,
      { TEMPORAL_ADDRESS: `127.0.0.1:${silentPort}` },
    );
    const body = JSON.stringify({ callRecordingId: '1.1', recordgroup: '1', recordid: '1' });
    const head = `Host: localhost\r\ncontent-type: application/json\r\ncontent-length: ${body.length}`;
    await open(ownPort, `POST /calls HTTP/1.1\r\n${head}\r\n\r\n${body}`);
    await open(ownPort, 'GET /calls/1.1 HTTP/1.1\r\nHost: localhost\r\n\r\n');
    await waitFor('the gateway to ask for an answer', async () => sockets.length >= 4);

    await endsInTime(process);
  });

  it('answers the requests that are running when SIGTERM arrives', async () => {
    const { process, port: ownPort } = await startGateway();
    const request = await open(ownPort, UNFINISHED_BODY.replace('1000', '7'));
    const other = await open(ownPort, HALF_SENT);
    // An answer on a third connection shows that the first two requests have been read.
    const witness = await open(ownPort, WHOLE_REQUEST);
    await waitFor('the witness', async () => witness.received() !== '');
    const ended = endsInTime(process);
    await waitFor('the gateway to close its idle connections', async () => witness.socket.closed);
    request.socket.write('"');
    await request.closed;
    assert.match(request.received(), /^HTTP\/1\.1 400 Bad Request/);
    assert.equal(await ended, 0);
    assert.equal(other.received(), '');
  });

  it('answers 408 to half a request and to half a body, and goes on serving others', async () => {
    const startedAt = performance.now();
    const half = await open(port, HALF_SENT);
    const unfinished = await open(port, UNFINISHED_BODY);
    // One byte a second is no excuse: the times count from the beginning of a request.
    const dripping = setInterval(() => unfinished.socket.write(' '), 1_000);
    try {
      await half.closed;
      const halfTook = performance.now() - startedAt;
      assert.equal((await fetch(`http://127.0.0.1:${port}/healthz`)).status, 200);
      await unfinished.closed;
      const unfinishedTook = performance.now() - startedAt;
      assert.ok(halfTook > 9_000 && unfinishedTook > 19_000, `${halfTook}, ${unfinishedTook}`);
    } finally {
      clearInterval(dripping);
    }
    for (const { received } of [half, unfinished]) {
      const [head = '', body = ''] = received().split('\r\n\r\n');
      assert.match(
        head,
        /^HTTP\/1\.1 408 Request Timeout\r\ncontent-type: application\/problem\+json/,
      );
      assert.equal((JSON.parse(body) as { code: string }).code, 'INVALID_INPUT');
    }
  });

  it('answers with a problem document to what is not HTTP and to headers that are too large', async () => {
    const noise = await open(port, 'EHLO gateway\r\n\r\n');
    const large = await open(port, `GET / HTTP/1.1\r\nHost: x\r\nX-Large: ${'x'.repeat(20_000)}`);
    await Promise.all([noise.closed, large.closed]);
    assert.match(noise.received(), /^HTTP\/1\.1 400 Bad Request[\s\S]*problem\+json/);
    assert.match(large.received(), /^HTTP\/1\.1 431 [\s\S]*problem\+json/);
  });

  it('keeps an idle connection for longer than any proxy in front of it does', async () => {
    const { headers } = await fetch(`http://127.0.0.1:${port}/healthz`);
    assert.equal(headers.get('keep-alive'), 'timeout=620');
  });

  it('refuses connections beyond 900, says so in the log, and serves again when some are closed', async () => {
    const { process, port: ownPort } = await startGateway();
    const held = await Promise.all(Array.from({ length: 900 }, () => open(ownPort, '')));
    const refused = await open(ownPort, WHOLE_REQUEST);
    await refused.closed;
    assert.equal(refused.received(), '');
    await waitFor('the word in the log', async () =>
      process.output().includes('Connections are refused'),
    );
    for (const { socket } of held.slice(0, 10)) socket.destroy();
    await waitFor('an answer', async () => {
      const answered = await open(ownPort, WHOLE_REQUEST);
      await waitFor('its end', async () => answered.socket.closed || answered.received() !== '');
      return answered.received() !== '';
    });
  });

  it('takes an empty body that a proxy announces as chunked for no body', async () => {
    const head = 'Host: localhost\r\ntransfer-encoding: chunked\r\nconnection: close\r\n';
    const types = ['', 'content-type: text/plain\r\n', 'content-type: application/json\r\n'];
    const asked = types.map(async (type) => {
      const path = '/calls/7.7/reprocess';
      const request = await open(port, `POST ${path} HTTP/1.1\r\n${head}${type}\r\n0\r\n\r\n`);
      await request.closed;
      // The call was looked up: the database does not know it, and Temporal is away.
      assert.match(request.received(), /^HTTP\/1\.1 503 .*\r\n[\s\S]*TEMPORAL_UNAVAILABLE/, type);
    });
    await Promise.all(asked);
    const form = await open(port, `POST /calls HTTP/1.1\r\n${head}\r\n3\r\na=b\r\n0\r\n\r\n`);
    await form.closed;
    assert.match(form.received(), /^HTTP\/1\.1 415 /);
  });

  it('gives every request an id that no other process gives', async () => {
    const { port: ownPort } = await startGateway();
    const ids = await Promise.all(
      [port, ownPort].map(async (each) => {
        const reply = await fetch(`http://127.0.0.1:${each}/nowhere`);
        return ((await reply.json()) as { requestId: string }).requestId;
      }),
    );
    assert.equal(new Set(ids).size, 2);
    for (const id of ids) assert.match(id, /^[0-9a-f-]{36}$/);
  });
});
