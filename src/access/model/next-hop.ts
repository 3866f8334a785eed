import { RouteDestination } from '../egress/mesh-routes';
import { hostOfService } from '../egress/registry';
import { Question } from '../question';
import { Workload } from '../workload';
import { targetPortOf, World } from './world';

/** The connection that a gateway opens for a request that it lets in; `undefined` if nobody is there. */
export function nextHop(world: World, gateway: Workload, destinations: readonly RouteDestination[],
  question: Question): Question | undefined {
  for (const { host, port } of destinations) {
    const service = world.snapshot.services.find((one) => hostOfService(one, world.snapshot.mesh) === host);
    const servicePort = port ?? service?.ports[0]?.port;
    if (service !== undefined && servicePort !== undefined) {
      for (const workload of world.behind(service)) {
        const target = targetPortOf(service, servicePort, workload);
        if (target !== undefined) {
          return { ...question, from: { workload: gateway }, to: { workload, port: target, service, servicePort }, given: undefined };
        }
      }
    }
  }
  return undefined;
}
