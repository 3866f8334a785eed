import { IConstruct } from 'constructs';
import { AllowOptions } from './allow-options';
import { IPeer } from './peer';
import { WorkloadOptions } from './workload-props';
import { JwtIssuer } from '../values/jwt-issuer';
import { Port } from '../values/port';

/**
 * What all services that ask for a token have in common.
 */
export interface JwtProtectedOptions extends WorkloadOptions {
  /** The ports that its containers listen on. At least one, and only HTTP ports: on others no proxy sees a token. */
  readonly ports: Port[];
  /** The issuers whose tokens are accepted; one valid token is enough. At least one. */
  readonly issuers: JwtIssuer[];
}

/**
 * Properties for `JwtProtectedService`.
 */
export interface JwtProtectedServiceProps extends JwtProtectedOptions {
  /**
   * Labels that all pods of the service carry, and no others of the namespace. @default - `app.kubernetes.io/name` with the name of the
   * service
   */
  readonly podLabels?: { readonly [key: string]: string };
  /** @internal */
  readonly _apiObject?: IConstruct;
}

/**
 * Properties for `JwtProtectedService.fromApiObject()`.
 */
export interface JwtProtectedServiceFromApiObjectProps extends JwtProtectedOptions {
  /** The object that makes the pods: a Deployment, StatefulSet or Pod of any cdk8s library. It is only read, never changed. */
  readonly apiObject: IConstruct;
}

/**
 * What users with a token may do.
 */
export interface AllowUsersOptions extends AllowOptions {
  /**
   * The gateway through which the users come.
   * @default - the ingress gateway of the mesh facts, when they state exactly one
   */
  readonly through?: IPeer;
}

/**
 * A path that is open without a token.
 */
export interface AllowPublicOptions {
  /** Why no token is asked for; one line. */
  readonly reason: string;
  /** The methods, in upper case. At least one. @default - GET and HEAD */
  readonly methods?: string[];
  /** HTTP ports of the service. At least one. @default - all */
  readonly ports?: Port[];
  /**
   * Who may send such requests. At least one.
   * @default - whoever is granted requests with a token (`allowFrom`, `allowUsers`), also later; an identity is asked for in any case
   */
  readonly from?: IPeer[];
}

/**
 * The preflight requests that browsers send without a token.
 */
export interface AllowCorsPreflightOptions {
  /** The origins of the pages, as browsers send them, for example `https://shop.example.com`. At least one. */
  readonly origins: string[];
  /** Why pages of these origins call the service; one line. */
  readonly reason: string;
  /** The paths that the pages call, in the forms of `HttpMatch`. At least one. @default - any path */
  readonly paths?: string[];
  /**
   * Who forwards them. At least one.
   * @default - whoever is granted requests with a token (`allowFrom`, `allowUsers`), also later; an identity is asked for in any case
   */
  readonly from?: IPeer[];
}
