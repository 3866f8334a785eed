import { exampleOf } from './example-apps';
import { isOf } from '../../src/access/intent/scopes';
import { accessMap } from '../../src/access/map/access-map';
import { AccessModel } from '../../src/access/model/access-model';

// the map is made from the objects alone, so it has to find again whatever the constructs recorded
test.each(['quickstart', 'jwt-api', 'egress', 'online-boutique'])('every recorded edge between pods of %s is in the map', (name) => {
  const example = exampleOf(name);
  const snapshot = example.snapshot(example.manifests);
  const { edges } = accessMap(new AccessModel(snapshot), {});
  const meant = example.access.edges.filter(({ to, guard }) => to.pods !== undefined && guard === 'mesh' && to.pods.labels !== undefined)
    .flatMap((edge) => snapshot.workloads.filter((workload) => workload.kind !== 'Hypothetical' && isOf(edge.to.pods, workload))
      .map((workload) => ({ from: edge.from.name, to: workload.id, port: edge.ports[0].first, pods: edge.from.pods })));
  expect(meant.length).toBeGreaterThan(0);
  const missing = meant.filter(({ to, port, pods }) => !edges.some((edge) => edge.to === to
    && edge.ports.some(({ first, last }) => first <= port && port <= last)
    && (edge.from.startsWith(`${pods?.namespace}/`) || !edge.from.includes('/'))));
  expect(missing).toEqual([]);
});
