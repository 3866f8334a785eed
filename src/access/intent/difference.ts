import { ObjectRef } from '../objects';
import { Layer } from '../question';

/** Where what a snapshot grants is not what was meant. */
export interface Difference {
  readonly layer: Layer;
  /** `missing`: meant and not granted; `excess`: granted and not meant; `unknown`: nobody can tell */
  readonly kind: 'missing' | 'excess' | 'unknown';
  readonly from: string;
  readonly to: string;
  /** one connection or request that shows it */
  readonly witness: string;
  /** the object that decides, where one does */
  readonly object?: ObjectRef;
  /** the rule and clause in the object */
  readonly clause?: string;
  /** the construct that recorded what was meant */
  readonly path?: string;
  /** why, in one sentence */
  readonly text: string;
}
