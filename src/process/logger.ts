import type { Logger as TemporalLogger, LogLevel, LogMetadata } from '@temporalio/common';
import { pino, stdSerializers, stdTimeFunctions, type Logger, type LoggerOptions } from 'pino';
import { PinoPretty as pinoPretty, type PrettyOptions } from 'pino-pretty';

// What Google's logging calls the levels. Other systems read these words too.
const SEVERITY: Readonly<Record<string, string>> = {
  trace: 'DEBUG',
  debug: 'DEBUG',
  info: 'INFO',
  warn: 'WARNING',
  error: 'ERROR',
  fatal: 'CRITICAL',
};

const MESSAGE_KEY = 'message';

/**
 * The log of a process on standard output: one JSON object a line, with the keys that Google's logging
 * reads (`severity`, `message`, `time`); on a terminal, lines for people. Lines carry callSid, runId,
 * step, attempt and codes; never a phone number, a name, words of a call or a secret.
 */
export function createLogger(level: string, name: string): Logger {
  const options: LoggerOptions = {
    level,
    name,
    messageKey: MESSAGE_KEY,
    serializers: { error: stdSerializers.err },
  };
  if (process.stdout.isTTY) return pino(options, pinoPretty(ON_A_TERMINAL));
  return pino({
    ...options,
    timestamp: stdTimeFunctions.isoTime,
    formatters: { level: (label) => ({ severity: SEVERITY[label] ?? 'DEFAULT' }) },
  });
}

const ON_A_TERMINAL: PrettyOptions = {
  messageKey: MESSAGE_KEY,
  errorLikeObjectKeys: ['err', 'error'],
  translateTime: 'SYS:HH:MM:ss',
  // Whoever looks at a terminal knows which machine and process they see.
  ignore: 'pid,hostname',
  singleLine: true,
  // Nothing is lost when the process ends.
  sync: true,
};

const LEVELS = {
  TRACE: 'trace',
  DEBUG: 'debug',
  INFO: 'info',
  WARN: 'warn',
  ERROR: 'error',
} as const satisfies Record<LogLevel, string>;

// With the token of a task, anybody who reaches Temporal can complete it in the worker's place. The SDK
// adds it to every line about an activity, and the whole task with its input to some.
const SECRET_METADATA = new Set(['taskToken', 'task_token', 'task', 'taskEncoded']);

/** The same log in the form that Temporal's SDK writes to, without the tokens of tasks. */
export function toTemporalLogger(logger: Logger): TemporalLogger {
  const log = (level: LogLevel, message: string, meta: LogMetadata = {}) => {
    const entries = Object.entries(meta).filter(([key]) => !SECRET_METADATA.has(key));
    logger[LEVELS[level]](Object.fromEntries(entries), message);
  };
  return {
    log,
    trace: (message, meta) => log('TRACE', message, meta),
    debug: (message, meta) => log('DEBUG', message, meta),
    info: (message, meta) => log('INFO', message, meta),
    warn: (message, meta) => log('WARN', message, meta),
    error: (message, meta) => log('ERROR', message, meta),
  };
}
