import { entriesAt, messageAt, WebhookCheck } from './opinion';
import { checkSelector } from './targets';

/** What the webhook says of a PeerAuthentication. */
export const checkPeerAuthentication: WebhookCheck = (spec, _, opinion) => {
  const selector = messageAt(spec, 'selector');
  const ports = entriesAt(spec, 'portLevelMtls').map(([port]) => Number(port));
  if (entriesAt(selector, 'matchLabels').length === 0 && ports.length > 0) {
    opinion.error('mesh/namespace peer authentication cannot have port level mTLS');
  }
  if (spec.portLevelMtls !== undefined && ports.length === 0) {
    opinion.error('port level mTLS, if defined, must have at least one element');
  }
  ports.filter((port) => port <= 0 || port > 65535).forEach(() => opinion.error('port must be in range 1..65535'));
  checkSelector(selector, opinion);
};
