import type { Cluster, ClusterOptions } from '../harness/cluster.ts';

/** Tests by title; all tests of a group run concurrently. */
export type TestGroup = Readonly<Record<string, () => Promise<void>>>;

/** Tests that share a cluster, group after group. */
type Suite = {
  readonly title: string;
  readonly cluster: ClusterOptions;
  readonly groups: readonly TestGroup[];
};

/** Defines a suite. Its tests get their cluster only when they run. */
export function defineSuite(
  title: string,
  cluster: ClusterOptions,
  groupsOf: (cluster: () => Cluster) => readonly TestGroup[],
): DefinedSuite {
  const started: { cluster: Cluster | null } = { cluster: null };
  const groups = groupsOf(() => {
    if (started.cluster === null) throw new Error(`${title} has no cluster yet.`);
    return started.cluster;
  });
  return { title, cluster, groups, takeCluster: (opened) => (started.cluster = opened) };
}

export type DefinedSuite = Suite & { takeCluster(cluster: Cluster): void };
