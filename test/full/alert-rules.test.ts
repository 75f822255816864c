// Prometheus itself says of the alert rules that they are rules, and that each alert is on in its case and in no other.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

import { parse, stringify } from 'yaml';

import { skipWithout } from '../support/skip-without.ts';
import { SCENARIOS } from './alerts/scenarios.ts';

const FILE = join(import.meta.dirname, '../../ops/prometheus/alerts.yml');
const PAGE = join(import.meta.dirname, '../../docs/operations.md');

type Rules = {
  readonly groups: readonly {
    readonly rules: readonly {
      readonly alert: string;
      readonly annotations?: object;
      readonly labels?: object;
    }[];
  }[];
};

const promtool = async (...args: string[]) => {
  const ended = promisify(execFile)('promtool', args).catch(
    (error: { readonly stdout: string; readonly stderr: string }) => error,
  );
  const { stdout, stderr } = await ended;
  return `${stdout}${stderr}`;
};

describe('the alert rules', () => {
  let folder: string;
  let rules: Rules;

  before(async function () {
    await skipWithout(this, 'promtool');
    folder = await mkdtemp(join(tmpdir(), 'call-processing-rules-'));
    rules = parse(await readFile(FILE, 'utf8')) as Rules;
  });
  after(async () => {
    if (folder !== undefined) await rm(folder, { recursive: true });
  });

  const names = () => rules.groups.flatMap((group) => group.rules.map(({ alert }) => alert));

  it('are accepted by promtool', async () => {
    assert.match(await promtool('check', 'rules', FILE), /SUCCESS: \d+ rules found/);
  });

  it('each have a scenario in which they are on', () => {
    const on = new Set(SCENARIOS.flatMap((each) => each.on.flatMap(([, alerts]) => alerts)));
    assert.deepEqual(on, new Set(names()));
  });

  it('each have an entry that says what to do', async () => {
    const page = await readFile(PAGE, 'utf8');
    for (const name of names())
      assert.match(page, new RegExp(`^\\| \`${name}\` +\\| .+ \\|$`, 'm'));
  });

  for (const { name, series, on } of SCENARIOS) {
    it(`are on when they should be: ${name}`, async () => {
      // Whether an alert is on is asked by a query, which does not mind labels and texts.
      const file = join(folder, 'test.yml');
      await writeFile(
        file,
        stringify({
          rule_files: [FILE],
          evaluation_interval: '1m',
          tests: [
            {
              interval: '1m',
              input_series: Object.entries(series).map(([labels, values]) => ({
                series: labels,
                values,
              })),
              promql_expr_test: on.map(([minute, alerts]) => ({
                expr: 'count by (alertname) (ALERTS{alertstate="firing"}) > bool 0',
                eval_time: `${minute}m`,
                exp_samples: alerts.map((alert) => ({
                  labels: `{alertname="${alert}"}`,
                  value: 1,
                })),
              })),
            },
          ],
        }),
      );
      assert.match(await promtool('test', 'rules', file), /SUCCESS/);
    });
  }
});
