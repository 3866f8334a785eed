import { isAttached } from '../../access/authorization/attach';
import { Workload } from '../../access/workload';
import { defineRule } from '../rule';
import { byNamespace, labelsText, shownWorkloads } from '../shown';
import { policiesOf } from './policy-values';

/** A policy selects no workload of the mesh. */
export const noMatchingWorkload = defineRule({
  id: 'authz/no-matching-workload',
  severity: 'warning',
  effect: 'nothing enforces the policy: whatever it was meant to protect is as open as without it',
  fix: 'correct the selector, or show the workloads among the objects; pods outside of the mesh enforce no policy',
  aliases: ['IST0127', 'KIA0004'],
}, (snapshot) => {
  const proxies = shownWorkloads(snapshot).filter(({ mode }) => mode !== 'none');
  const proxiesIn = byNamespace(proxies);
  const { rootNamespace } = snapshot.mesh;
  return policiesOf(snapshot).flatMap(({ manifest, policy: { attachment, unreadable } }) => {
    const { namespace, selector, targetRefs } = attachment;
    const everywhere = namespace === rootNamespace && Object.keys(selector).length === 0;
    const undecided = unreadable !== undefined || targetRefs.length > 0;
    const candidates = namespace === rootNamespace ? proxies : proxiesIn(namespace);
    const attaches = (one: Workload) => isAttached(attachment, { ...one, waypoint: false, services: [] }, snapshot.mesh);
    if (undecided || everywhere || candidates.some(attaches)) {
      return [];
    }
    const where = namespace === rootNamespace ? 'the mesh' : `namespace ${namespace}`;
    const wanted = Object.keys(selector).length === 0 ? '' : ` with ${labelsText(selector)}`;
    return [{ manifest, path: wanted === '' ? 'spec' : 'spec.selector', message: `there is no workload of the mesh in ${where}${wanted}` }];
  });
});
