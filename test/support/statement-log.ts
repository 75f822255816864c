import { once } from 'node:events';
import { connect, createServer, type AddressInfo } from 'node:net';

/** A statement that reached the server. */
export type LoggedStatement = {
  readonly text: string;
  /** Of a COMMIT or ROLLBACK: how long its transaction was open, until the server had answered. */
  transactionMs?: number;
};

// PostgreSQL's names for messages: a text of statements, one to prepare, and the server's "next, please".
const QUERY = 'Q';
const PARSE = 'P';
const READY = 'Z';

export type StatementLog = {
  /** The database's URL, through the log. */
  readonly url: string;
  /** The statements since the last time, in their order. */
  take(): readonly LoggedStatement[];
  /** Stops it. The connections must have been closed before. */
  stop(): Promise<void>;
};

/**
 * Notes every statement that clients of a database send, as the server receives it: on the wire, behind
 * the driver. What a client sends in one text (`BEGIN` with the settings of the transaction) is one.
 */
export async function startStatementLog(databaseUrl: string): Promise<StatementLog> {
  const { hostname, port } = new URL(databaseUrl);
  let statements: LoggedStatement[] = [];
  const listener = createServer({ noDelay: true }, (client) => {
    const server = connect({ host: hostname, port: Number(port), noDelay: true });
    let begunAt: number | null = null;
    let ending: LoggedStatement | null = null;
    // The first message of a session has no type.
    const sent = messageReader(false, (type, body) => {
      if (type !== QUERY && type !== PARSE) return;
      // A prepared statement has a name before its text; both end with a NUL.
      const text = body.toString('utf8').split('\0')[type === QUERY ? 0 : 1] ?? '';
      const statement: LoggedStatement = { text };
      statements.push(statement);
      if (isBegin(text)) begunAt = performance.now();
      if (isEnd(text)) ending = statement;
    });
    const answered = messageReader(true, (type) => {
      if (type !== READY || ending === null || begunAt === null) return;
      ending.transactionMs = performance.now() - begunAt;
      [ending, begunAt] = [null, null];
    });
    client.on('data', sent).pipe(server);
    server.on('data', answered).pipe(client);
    client.on('error', () => server.destroy());
    server.on('error', () => client.destroy());
  });
  listener.listen(0, '127.0.0.1');
  await once(listener, 'listening');
  const url = new URL(databaseUrl);
  url.hostname = '127.0.0.1';
  url.port = String((listener.address() as AddressInfo).port);
  return {
    url: url.href,
    take() {
      const taken = statements;
      statements = [];
      return taken;
    },
    async stop() {
      const closed = once(listener, 'close');
      listener.close();
      await closed;
    },
  };
}

/** Whether a statement begins a transaction. */
export function isBegin(text: string): boolean {
  return text.startsWith('BEGIN');
}

/** Whether a statement ends a transaction. */
export function isEnd(text: string): boolean {
  return text === 'COMMIT' || text === 'ROLLBACK';
}

/** Cuts one direction of a session into messages: a type, four bytes with the length, and the rest. */
function messageReader(isTyped: boolean, onMessage: (type: string, body: Buffer) => void) {
  let rest = Buffer.alloc(0);
  let head = isTyped ? 1 : 0;
  return (chunk: Buffer): void => {
    rest = Buffer.concat([rest, chunk]);
    while (rest.length >= head + 4) {
      const end = head + rest.readUInt32BE(head);
      if (rest.length < end) return;
      onMessage(head === 0 ? '' : rest.toString('latin1', 0, 1), rest.subarray(head + 4, end));
      rest = rest.subarray(end);
      head = 1;
    }
  };
}
