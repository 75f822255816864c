import type { ReplyCase } from './reply-case.ts';

/** What goes wrong: an SQLSTATE raised by a statement, or a problem with the connection. */
export type DatabaseTrouble =
  | { readonly sqlState: string }
  | 'refused'
  | 'unknown host'
  | 'silent'
  | 'not PostgreSQL'
  | 'closed immediately'
  | 'cut during a statement'
  | 'cut before the commit'
  | 'shut down by an administrator'
  | 'no such user'
  | 'no such database'
  | 'a user without permissions'
  | 'too many connections'
  | 'an exhausted pool'
  | 'a transaction that takes too long'
  | 'a duplicate id'
  | 'a deleted row';

const state = (sqlState: string) => ({ sqlState });

/** What PostgreSQL may answer. */
export const DATABASE: readonly ReplyCase<DatabaseTrouble>[] = [
  ['08006, a connection failure', state('08006'), 'DATABASE_UNAVAILABLE', 'own pace'],
  ['08P01, a protocol violation', state('08P01'), 'DATABASE_UNAVAILABLE', 'own pace'],
  ['25006, a standby', state('25006'), 'DATABASE_UNAVAILABLE', 'own pace'],
  ['53100, a full disk', state('53100'), 'DATABASE_UNAVAILABLE', 'own pace'],
  ['53200, out of memory', state('53200'), 'DATABASE_UNAVAILABLE', 'own pace'],
  ['53300, too many connections', state('53300'), 'DATABASE_UNAVAILABLE', 'own pace'],
  ['55P03, lock not available', state('55P03'), 'DATABASE_UNAVAILABLE', 'own pace'],
  ['57014, a statement timeout', state('57014'), 'DATABASE_UNAVAILABLE', 'own pace'],
  ['57P03, a server that is starting up', state('57P03'), 'DATABASE_UNAVAILABLE', 'own pace'],
  ['58030, an I/O error', state('58030'), 'DATABASE_UNAVAILABLE', 'own pace'],
  ['XX000, an internal error', state('XX000'), 'DATABASE_UNAVAILABLE', 'own pace'],
  ['40001, a serialization failure', state('40001'), 'DATABASE_CONFLICT', 'own pace'],
  ['40P01, a deadlock', state('40P01'), 'DATABASE_CONFLICT', 'own pace'],
  ['23505, a duplicate value', state('23505'), 'DATABASE_CONFLICT', 'own pace'],
  ['28P01, a wrong password', state('28P01'), 'DATABASE_CREDENTIALS_REFUSED', 'given up'],
  ['28000, a user that may not log in', state('28000'), 'DATABASE_CREDENTIALS_REFUSED', 'given up'],
  [
    '42501, no permission for the table',
    state('42501'),
    'DATABASE_CREDENTIALS_REFUSED',
    'given up',
  ],
  ['42P01, no such table', state('42P01'), 'DATABASE_SCHEMA_OUTDATED', 'own pace'],
  ['42703, no such column', state('42703'), 'DATABASE_SCHEMA_OUTDATED', 'own pace'],
  ['42704, no such type', state('42704'), 'DATABASE_SCHEMA_OUTDATED', 'own pace'],
  ['22001, a text that is too long', state('22001'), 'INTERNAL_ERROR', 'given up'],
  ['22021, an invalid character', state('22021'), 'INTERNAL_ERROR', 'given up'],
  ['22P05, a NUL in JSON', state('22P05'), 'INTERNAL_ERROR', 'given up'],
  ['23502, a missing value', state('23502'), 'INTERNAL_ERROR', 'given up'],
  ['23503, a missing referenced row', state('23503'), 'INTERNAL_ERROR', 'given up'],
  ['42601, a syntax error', state('42601'), 'INTERNAL_ERROR', 'given up'],
  ['a refused connection', 'refused', 'DATABASE_UNAVAILABLE', 'own pace'],
  ['an unknown host', 'unknown host', 'DATABASE_UNAVAILABLE', 'own pace'],
  ['silence', 'silent', 'DATABASE_UNAVAILABLE', 'own pace'],
  ['another protocol', 'not PostgreSQL', 'DATABASE_UNAVAILABLE', 'own pace'],
  ['a connection closed immediately', 'closed immediately', 'DATABASE_UNAVAILABLE', 'own pace'],
  [
    'a connection cut during a statement',
    'cut during a statement',
    'DATABASE_UNAVAILABLE',
    'own pace',
  ],
  [
    'a connection cut before the commit',
    'cut before the commit',
    'DATABASE_UNAVAILABLE',
    'own pace',
  ],
  [
    '57P01, shut down by an administrator',
    'shut down by an administrator',
    'DATABASE_UNAVAILABLE',
    'own pace',
  ],
  ['a real 53300', 'too many connections', 'DATABASE_UNAVAILABLE', 'own pace'],
  ['an exhausted pool', 'an exhausted pool', 'DATABASE_UNAVAILABLE', 'own pace'],
  [
    'a transaction over five seconds',
    'a transaction that takes too long',
    'DATABASE_UNAVAILABLE',
    'own pace',
  ],
  ['a real 28000', 'no such user', 'DATABASE_CREDENTIALS_REFUSED', 'given up'],
  ['a real 42501', 'a user without permissions', 'DATABASE_CREDENTIALS_REFUSED', 'given up'],
  ['a real 3D000', 'no such database', 'DATABASE_SCHEMA_OUTDATED', 'own pace'],
  ['a real 23505', 'a duplicate id', 'DATABASE_CONFLICT', 'own pace'],
  ['an update of a deleted row', 'a deleted row', 'INTERNAL_ERROR', 'given up'],
];
