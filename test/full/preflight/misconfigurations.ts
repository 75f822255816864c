import { chmod, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { runOn } from '../../../prisma/engine/create-database.ts';
import type { FaultInput } from '../../../sandbox/core/faults.ts';
import { createTestDatabase } from '../../support/postgres.ts';
import { startTemporalProxy } from '../../support/temporal-proxy.ts';
import { startClocks, startForgetfulProxy } from './proxies.ts';
import { BARE_NAMESPACE, type Env, type PreflightRig } from './rig.ts';

/** One thing that is wrong in an otherwise good set-up, and the line that has to name it. */
export type Misconfiguration = {
  readonly what: string;
  readonly env?: Env;
  /** What the stand-ins do wrong. */
  readonly faults?: readonly FaultInput[];
  /** Makes it so; what it makes goes on `stack`. Returns the variables that lead there. */
  readonly prepare?: (rig: PreflightRig, stack: AsyncDisposableStack) => Promise<Env>;
  /** The check that notices, and what it says and advises. */
  readonly line: RegExp;
};

const REFUSED = { status: 403 } as const;

// TEST-NET-1: documentation only, so nobody is there.
const ELSEWHERE = '192.0.2.1';

const ofTheConfiguration: readonly Misconfiguration[] = [
  {
    what: 'a key with a line break in it',
    env: { LLM_API_KEY: 'one\ntwo' },
    line: /configuration +LLM_API_KEY must be one line of ASCII/,
  },
  {
    what: 'plain http:// to another machine',
    env: { CONNECTWISE_URL: `http://${ELSEWHERE}/v4_6_release/apis/3.0` },
    line: /configuration +CONNECTWISE_URL must be an https:\/\/ URL/,
  },
  {
    what: 'certificates that are not checked',
    env: { NODE_TLS_REJECT_UNAUTHORIZED: '0' },
    line: /configuration +NODE_TLS_REJECT_UNAUTHORIZED must not be 0/,
  },
  {
    what: 'a setting that is missing',
    env: { PHONE_SYSTEM_PASSWORD: '' },
    line: /configuration +PHONE_SYSTEM_PASSWORD is missing/,
  },
  {
    what: 'an sslmode that checks no certificate',
    env: { DATABASE_URL: 'postgresql://u:p@localhost/x?sslmode=prefer' },
    line: /configuration +DATABASE_URL has an sslmode other than/,
  },
  {
    what: "a key of Temporal's that would be sent unencrypted",
    env: { TEMPORAL_ADDRESS: `${ELSEWHERE}:7233`, TEMPORAL_API_KEY: 'k', TEMPORAL_TLS: 'false' },
    line: /configuration +TEMPORAL_API_KEY would be sent unencrypted/,
  },
  {
    what: 'a gateway that everybody may use',
    env: { HOST: '0.0.0.0' },
    line: /configuration +.*API_KEYS/,
  },
  {
    what: 'a .env file that every user may read',
    prepare: async ({ folder }, stack) => {
      const file = join(folder, '.env');
      await writeFile(file, 'LOG_LEVEL=info\n');
      await chmod(file, 0o644);
      stack.defer(() => rm(file));
      return {};
    },
    line: /\.env file +Every user of this machine may read it.* chmod 600/,
  },
];

const ofTheDatabase: readonly Misconfiguration[] = [
  {
    what: 'a database that is not there',
    env: { DATABASE_URL: 'postgresql://nobody:secret@127.0.0.1:1/calls' },
    line: /PostgreSQL +.*DATABASE_UNAVAILABLE.* Check the host and the port in DATABASE_URL/,
  },
  {
    what: 'a wrong password of the database',
    prepare: async ({ env }) => {
      const url = new URL(env['DATABASE_URL'] ?? '');
      url.password = 'wrong-password';
      return { DATABASE_URL: url.href };
    },
    line: /PostgreSQL +.*DATABASE_CREDENTIALS_REFUSED.* Correct DATABASE_URL/,
  },
  {
    what: 'a database without the migrations',
    prepare: async ({ env }) => {
      const url = new URL(env['DATABASE_URL'] ?? '');
      url.pathname = '/postgres';
      return { DATABASE_URL: url.href };
    },
    line: /migrations +.*Run npm run db:migrate/,
  },
  {
    what: 'a database that takes no writes',
    prepare: async (_, stack) => {
      const database = await createTestDatabase();
      stack.defer(() => database.drop());
      const name = new URL(database.url).pathname.slice(1);
      await runOn(database.url, (client) =>
        client.query(`ALTER DATABASE "${name}" SET default_transaction_read_only = on`),
      );
      return { DATABASE_URL: database.url };
    },
    line: /PostgreSQL +It takes no writes.* Point DATABASE_URL to the primary/,
  },
  {
    what: 'a user who may only read',
    prepare: async ({ env }, stack) => {
      const url = env['DATABASE_URL'] ?? '';
      const role = 'preflight_reader';
      await runOn(url, async (client) => {
        await client.query(`CREATE ROLE ${role} LOGIN PASSWORD 'reads-only'`);
        await client.query(`GRANT SELECT ON ALL TABLES IN SCHEMA public TO ${role}`);
      });
      stack.defer(async () => {
        await runOn(url, async (client) => {
          await client.query(`DROP OWNED BY ${role}`);
          await client.query(`DROP ROLE ${role}`);
        });
      });
      const reader = Object.assign(new URL(url), { username: role, password: 'reads-only' });
      return { DATABASE_URL: reader.href };
    },
    line: /rights on the tables +The user of DATABASE_URL may not .* Grant it/,
  },
  {
    what: 'something in between that drops the time limits',
    prepare: async ({ env }, stack) => {
      const { url, close } = await startForgetfulProxy(env['DATABASE_URL'] ?? '');
      stack.defer(close);
      return { DATABASE_URL: url };
    },
    line: /time limits of transactions +A transaction does not keep lock_timeout.* pooler/,
  },
];

const ofTemporal: readonly Misconfiguration[] = [
  {
    what: 'an address at which there is no Temporal',
    env: { TEMPORAL_ADDRESS: '127.0.0.1:1' },
    line: /Temporal +.*TEMPORAL_UNAVAILABLE.* Check TEMPORAL_ADDRESS/,
  },
  {
    what: 'a namespace that does not exist',
    env: { TEMPORAL_NAMESPACE: 'nowhere' },
    line: /Temporal +Temporal has no namespace .* Check .*TEMPORAL_NAMESPACE/,
  },
  {
    what: 'a namespace without our search attributes',
    env: { TEMPORAL_NAMESPACE: BARE_NAMESPACE },
    line: /search attributes +.*lacks the search attributes.* npm run temporal:bootstrap/,
  },
  {
    what: 'credentials that may not write in the namespace',
    prepare: async ({ temporal }, stack) => {
      const methods = /SignalWorkflowExecution/;
      const refusal = { methods, status: 7, message: 'Request unauthorized.' };
      const proxy = await startTemporalProxy(temporal.address, [refusal]);
      stack.defer(() => proxy.close());
      return { TEMPORAL_ADDRESS: proxy.address };
    },
    line: /rights in Temporal +The credentials may not signal runs\. Give them/,
  },
];

const ofTheArchive: readonly Misconfiguration[] = [
  {
    what: 'a bucket that does not exist',
    env: { RECORDINGS_BUCKET: 'another' },
    line: /bucket +.*STORAGE_BUCKET_NOT_FOUND.* correct RECORDINGS_BUCKET/,
  },
  {
    what: 'a bucket that may not be written to',
    faults: [{ system: 'storage', operation: 'objects.insert', action: REFUSED }],
    line: /bucket: test object +Storing an object failed.* Storage Object User/,
  },
  {
    what: 'a bucket that may not be read',
    faults: [{ system: 'storage', operation: 'objects.media', action: REFUSED }],
    line: /bucket: test object +Reading an object failed.* Storage Object User/,
  },
  {
    what: 'a bucket in which nothing may be deleted',
    faults: [{ system: 'storage', operation: 'objects.delete', action: REFUSED }],
    line: /bucket: test object +Deleting the test object failed.* left under the name preflight\/.* Delete it by hand/,
  },
];

const ofTheOtherSystems: readonly Misconfiguration[] = [
  {
    what: 'a wrong password of the phone system',
    env: { PHONE_SYSTEM_PASSWORD: 'wrong-password' },
    line: /phone system +.*PHONE_SYSTEM_CREDENTIALS_REFUSED.* Correct PHONE_SYSTEM_USERNAME/,
  },
  {
    what: 'an address of which the phone system knows nothing',
    prepare: async ({ env }) => ({ PHONE_SYSTEM_URL: `${env['PHONE_SYSTEM_URL']}/portal` }),
    line: /phone system +.*is not the phone system.* Check PHONE_SYSTEM_URL/,
  },
  {
    what: "a location that is not the speech endpoint's",
    env: { SPEECH_LOCATION: 'us' },
    line: /Speech-to-Text +.*SPEECH_INVALID_ARGUMENT.* Check SPEECH_LOCATION/,
  },
  {
    what: 'a speech model that the location does not have',
    env: { SPEECH_MODEL: 'chirp_9' },
    line: /Speech-to-Text: model +The location does not have the model chirp_9/,
  },
  {
    what: "a wrong key of one's own transcription server",
    env: { SPEECH_PROVIDER: 'openai-compatible', TRANSCRIPTION_API_KEY: 'wrong-key' },
    line: /transcription server +.* Correct TRANSCRIPTION_API_KEY/,
  },
  {
    what: 'a model that the transcription server does not have',
    env: { SPEECH_PROVIDER: 'openai-compatible', TRANSCRIPTION_MODEL: 'whisper-9' },
    line: /transcription server +It does not list the model .* Correct TRANSCRIPTION_MODEL/,
  },
  {
    what: 'a wrong key of ConnectWise',
    env: { CONNECTWISE_PRIVATE_KEY: 'wrong-key' },
    line: /ConnectWise +.*CONNECTWISE_CREDENTIALS_REFUSED.* the keys/,
  },
  {
    what: 'an API member to whom contacts do not show their company',
    faults: [
      {
        system: 'connectwise',
        operation: 'contacts.list',
        action: { body: JSON.stringify([{ id: 501 }, { id: 502 }]) },
      },
    ],
    line: /ConnectWise: contacts +.*not one of them shows its company.* security role/,
  },
  {
    what: 'an API member who may not list sites',
    faults: [{ system: 'connectwise', operation: 'sites.list', action: REFUSED }],
    line: /ConnectWise: sites +.* Give the security role .* Manage Sites/,
  },
  {
    what: 'a wrong key of the language model',
    env: { LLM_API_KEY: 'wrong-key' },
    line: /language model +.*MODEL_CREDENTIALS_REFUSED.* Correct LLM_API_KEY/,
  },
  {
    what: 'a language model that does not exist',
    env: { LLM_MODEL: 'gpt-99' },
    line: /language model +.*no such model or address.* Check LLM_BASE_URL/,
  },
  {
    what: 'a language model that answers in prose',
    faults: [
      {
        system: 'languageModel',
        operation: 'chat.completions',
        times: 3,
        action: {
          body: JSON.stringify({
            choices: [{ finish_reason: 'stop', message: { content: 'Sure! A printer call.' } }],
          }),
        },
      },
    ],
    line: /language model +.*MODEL_OUTPUT_INVALID.* does not answer by the schema/,
  },
  {
    what: 'a language model that reads less than a request may have',
    faults: [
      {
        system: 'languageModel',
        operation: 'chat.completions',
        skip: 1,
        times: 3,
        action: {
          status: 400,
          body: JSON.stringify({
            error: { message: "This model's maximum context length is 8192 tokens." },
          }),
        },
      },
    ],
    line: /language model: context +.*MODEL_TRANSCRIPT_TOO_LONG.* Set LLM_MAX_INPUT_TOKENS/,
  },
  {
    what: 'a server of the language model that states too small a context',
    prepare: async ({ env, sandbox }) => {
      const model = { id: env['LLM_MODEL'], max_model_len: 16_384 };
      const action = { body: JSON.stringify({ object: 'list', data: [model] }) };
      await sandbox.fault({ system: 'languageModel', operation: 'models.list', action });
      return {};
    },
    line: /language model: context +Its server states a context of 16384 tokens.* Lower LLM_MAX/,
  },
  {
    what: 'a clock that is wrong',
    prepare: async ({ env }, stack) => {
      const { urls, close } = await startClocks(env, 10 * 60 * 1000);
      stack.defer(close);
      return urls;
    },
    line: /clock +It is (599|60[01]) seconds behind, by the clocks of 4 servers\. Set it/,
  },
];

/** All of them, by what is misconfigured. */
export const MISCONFIGURATIONS: readonly Misconfiguration[] = [
  ...ofTheConfiguration,
  ...ofTheDatabase,
  ...ofTemporal,
  ...ofTheArchive,
  ...ofTheOtherSystems,
];
