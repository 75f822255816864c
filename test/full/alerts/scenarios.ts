/** What Prometheus has seen, a sample a minute, in promtool's notation, and which alerts are on then. */
export type Scenario = {
  readonly name: string;
  readonly series: Readonly<Record<string, string>>;
  /** Minutes since the first sample, and the alerts that are on then, by their names. */
  readonly on: readonly (readonly [minute: number, alerts: readonly string[]])[];
};

/** A service that is well. Each scenario says what is different. */
const WELL = {
  'up{job="gateway",instance="g:3000"}': '1x90',
  'up{job="worker",instance="w:9464"}': '1x90',
  calls_parked: '0x90',
  calls_parked_oldest_age_seconds: '0x90',
  'gateway_dependency_ready{dependency="database"}': '1x90',
  'gateway_dependency_ready{dependency="temporal"}': '1x90',
  'gateway_dependency_ready{dependency="workers"}': '1x90',
  'worker_dependency_ready{dependency="database"}': '1x90',
  'worker_dependency_ready{dependency="workers"}': '1x90',
  'task_queue_backlog_age_seconds{type="workflow"}': '0x90',
  'task_queue_backlog_age_seconds{type="activity"}': '299x90',
  'calls_today_cost{currency="USD",of="speech"}': '3x90',
  'calls_today_cost{currency="USD",of="analysis"}': '4x90',
  'calls_daily_budget{currency="USD"}': '7x90',
  'gateway_database_connections{state="waited"}': '0x90',
  'worker_database_connections{state="waited"}': '0x90',
  'temporal_workflow_task_execution_failed_total{instance="old:9464"}': '8x90',
};

const well = (difference: Readonly<Record<string, string>>) => ({ ...WELL, ...difference });

export const SCENARIOS: readonly Scenario[] = [
  {
    name: 'a service that is well',
    series: WELL,
    on: [
      [20, []],
      [80, []],
    ],
  },
  {
    name: 'a call that is parked for half an hour',
    series: well({ calls_parked: '0x4 1x29 0x60' }),
    on: [
      [19, []],
      [20, ['CallsParked']],
      [34, ['CallsParked']],
      [35, []],
    ],
  },
  {
    name: 'a call that is mended within a quarter of an hour',
    series: well({ calls_parked: '0x4 1x13 0x80' }),
    on: [
      [18, []],
      [20, []],
    ],
  },
  {
    name: 'a call that has been parked for a day',
    series: well({ calls_parked_oldest_age_seconds: '86000+60x80' }),
    on: [
      [11, []],
      [12, ['CallsParkedForADay']],
    ],
  },
  {
    name: 'no worker for ten minutes',
    series: well({ 'gateway_dependency_ready{dependency="workers"}': '1x9 0x9 1x70' }),
    on: [
      [11, []],
      [12, ['NoWorker']],
      [20, []],
    ],
  },
  {
    name: 'a deployment, by two gateways of which one sees the worker',
    series: well({
      'gateway_dependency_ready{dependency="workers"}': '0x90',
      'gateway_dependency_ready{dependency="workers",instance="other"}': '1x90',
    }),
    on: [[30, []]],
  },
  {
    name: 'a Temporal that is away, of whose workers nobody can say',
    series: well({
      'gateway_dependency_ready{dependency="temporal"}': '1x9 0x80',
      'gateway_dependency_ready{dependency="workers"}': '1x9 0x80',
    }),
    on: [
      [11, []],
      [12, ['GatewayNotReady']],
    ],
  },
  {
    name: 'the first workflow task of a worker that fails, and no other',
    series: well({
      'temporal_workflow_task_execution_failed_total{instance="new:9464"}': '_x20 1x60',
    }),
    on: [
      [19, []],
      [22, ['WorkflowTasksFail']],
      [28, ['WorkflowTasksFail']],
      [33, []],
    ],
  },
  {
    name: 'workflow tasks that fail beside failures of long ago',
    series: well({
      'temporal_workflow_task_execution_failed_total{instance="old:9464"}': '8x20 9+1x9 18x60',
    }),
    on: [
      [20, []],
      [22, ['WorkflowTasksFail']],
      [39, ['WorkflowTasksFail']],
      [45, []],
    ],
  },
  {
    name: 'a task that nobody takes',
    series: well({ 'task_queue_backlog_age_seconds{type="workflow"}': '0+60x90' }),
    on: [
      [10, []],
      [11, ['TaskQueueBacklog']],
    ],
  },
  {
    name: 'a cent over the budget, as two gateways tell it',
    series: well({
      'calls_today_cost{currency="USD",of="speech"}': '3x29 3.01x60',
      'calls_today_cost{currency="USD",of="speech",instance="other"}': '3x29 3.01x60',
      'calls_daily_budget{currency="USD",instance="other"}': '7x90',
    }),
    on: [
      [29, []],
      [30, ['CostOverBudget']],
    ],
  },
  {
    name: 'any cost without a budget',
    series: well({
      'calls_today_cost{currency="USD",of="speech"}': '3000x90',
      'calls_daily_budget{currency="USD"}': '_x90',
    }),
    on: [[30, []]],
  },
  {
    name: 'a gateway that cannot reach its database',
    series: well({ 'gateway_dependency_ready{dependency="database"}': '1x9 0x80' }),
    on: [
      [11, []],
      [12, ['GatewayNotReady']],
    ],
  },
  {
    name: 'a worker that cannot reach its database',
    series: well({ 'worker_dependency_ready{dependency="database"}': '1x9 0x80' }),
    on: [
      [14, []],
      [15, ['WorkerNotReady']],
    ],
  },
  {
    name: 'a worker that does not answer',
    series: well({ 'up{job="worker",instance="w:9464"}': '1x9 0x80' }),
    on: [
      [11, []],
      [12, ['ProcessDown']],
    ],
  },
  {
    name: 'something else that does not answer',
    series: well({ 'up{job="node",instance="n:9100"}': '0x90' }),
    on: [[30, []]],
  },
  {
    name: 'requests of a worker that wait for a connection',
    series: well({ 'worker_database_connections{state="waited"}': '0x9 3x80' }),
    on: [
      [11, []],
      [12, ['DatabasePoolExhausted']],
    ],
  },
  {
    name: 'one request of a gateway that waits for a connection once',
    series: well({ 'gateway_database_connections{state="waited"}': '0x9 1x1 0x80' }),
    on: [
      [11, []],
      [13, []],
    ],
  },
];
