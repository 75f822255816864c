import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { startPart } from '../../../local/process/part.ts';
import { findFreePort } from '../../../src/process/free-port.ts';
import type { ProcessHome } from '../../support/own-process.ts';
import { PROGRAM_ENV } from '../../support/skip-without.ts';
import { waitFor } from '../../support/wait-for.ts';

const RULES = join(import.meta.dirname, '../../../ops/prometheus/alerts.yml');

export type Prometheus = Awaited<ReturnType<typeof startPrometheus>>;

type Sample = {
  readonly metric: Readonly<Record<string, string>>;
  readonly value: [number, string];
};

/**
 * Starts a real Prometheus that scrapes these ports by the jobs' names, with the real alert rules: only what they
 * wait for is shorter, so that a test need not wait minutes.
 */
export async function startPrometheus(
  ports: Readonly<Record<string, number>>,
  { folder, keeper }: ProcessHome,
) {
  const rules = await readFile(RULES, 'utf8');
  const impatient = rules
    .replaceAll(/^( +for:) .*$/gm, '$1 1s')
    .replace('(task_queue_backlog_age_seconds) > 300', '(task_queue_backlog_age_seconds) > 3');
  await writeFile(join(folder, 'alerts.yml'), impatient);
  const config = [
    'global: { scrape_interval: 4s, scrape_timeout: 4s, evaluation_interval: 1s }',
    'rule_files: [alerts.yml]',
    'scrape_configs:',
    ...Object.entries(ports).map(
      ([job, port]) =>
        `  - { job_name: ${job}, static_configs: [{ targets: ['127.0.0.1:${port}'] }] }`,
    ),
  ];
  const configFile = join(folder, 'prometheus.yml');
  await writeFile(configFile, config.join('\n'));
  const port = await findFreePort();
  const part = await startPart({
    name: 'prometheus',
    command: 'prometheus',
    args: [
      `--config.file=${configFile}`,
      `--storage.tsdb.path=${join(folder, 'prometheus')}`,
      `--web.listen-address=127.0.0.1:${port}`,
    ],
    env: PROGRAM_ENV,
    logPath: join(folder, 'logs', 'prometheus.log'),
    stopSignal: 'SIGTERM',
    stopGraceMs: 10_000,
    keeper,
  });
  const url = `http://127.0.0.1:${port}`;
  await waitFor('Prometheus to be ready', () =>
    fetch(`${url}/-/ready`).then(
      ({ ok }) => ok,
      () => false,
    ),
  );

  async function query(expression: string): Promise<readonly Sample[]> {
    const answer = await fetch(`${url}/api/v1/query?query=${encodeURIComponent(expression)}`);
    const { status, data, error } = (await answer.json()) as {
      readonly status: string;
      readonly error?: string;
      readonly data: { readonly result: readonly Sample[] };
    };
    if (status !== 'success') throw new Error(`${expression}: ${error}`);
    return data.result;
  }

  return {
    query,
    /** The names of the alerts that fire. */
    firing: async () =>
      new Set(
        (await query('ALERTS{alertstate="firing"}')).map(({ metric }) => metric['alertname'] ?? ''),
      ),
    stop: () => part.stop(),
  };
}
