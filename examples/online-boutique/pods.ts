import { ApiObject } from 'cdk8s';
import { Construct } from 'constructs';

/** What a service of the demo runs. */
export interface ServicePods {
  readonly name: string;
  readonly namespace: string;
  readonly image: string;
  readonly number: number;
  /** What the port carries; Istio reads it from the Service. */
  readonly appProtocol: string;
}

/** A Deployment and its Service, as any team would write them. Returns the Deployment. */
export function addDeployment(scope: Construct, pods: ServicePods): ApiObject {
  const labels = { app: pods.name };
  const metadata = { name: pods.name, namespace: pods.namespace };
  new ApiObject(scope, `${pods.name}-service`, {
    apiVersion: 'v1',
    kind: 'Service',
    metadata,
    spec: { selector: labels, ports: [{ name: pods.appProtocol, port: pods.number, appProtocol: pods.appProtocol }] },
  });
  return new ApiObject(scope, `${pods.name}-deployment`, {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata,
    spec: {
      selector: { matchLabels: labels },
      template: {
        metadata: { labels },
        spec: {
          serviceAccountName: pods.name,
          securityContext: { runAsNonRoot: true, runAsUser: 1000, seccompProfile: { type: 'RuntimeDefault' } },
          containers: [{
            name: 'server',
            image: pods.image,
            ports: [{ containerPort: pods.number }],
            securityContext: { allowPrivilegeEscalation: false, readOnlyRootFilesystem: true, capabilities: { drop: ['ALL'] } },
          }],
        },
      },
    },
  });
}
