import { ApiObject, App } from 'cdk8s';
import { Manifest } from '../../src/access/objects';
import { Snapshot, snapshotOf } from '../../src/access/snapshot/snapshot';
import { Grants } from '../../src/synth/grants';
import { IntendedAccess } from '../../src/values/grammar/intended-access';

/** An example as the proof sees it. */
export interface Example {
  readonly name: string;
  readonly manifests: readonly Manifest[];
  readonly access: IntendedAccess;
  snapshot(manifests: readonly Manifest[]): Snapshot;
}

/** Builds an example and stops it where it would write its files. */
export function exampleOf(name: string): Example {
  let app: App | undefined;
  const synth = jest.spyOn(App.prototype, 'synth').mockImplementation(function (this: App) {
    app = this;
  });
  jest.requireActual(`../../examples/${name}/main`);
  synth.mockRestore();
  return seen(name, app!);
}

/** An app as the proof sees it. */
export function seen(name: string, app: App): Example {
  const access = Grants.of(app)._intended();
  const manifests = app.node.findAll().filter((c): c is ApiObject => ApiObject.isApiObject(c))
    .map((object) => ({ object: JSON.parse(JSON.stringify(object.toJson())), origin: { constructPath: object.node.path } }));
  return { name, access, manifests, snapshot: (changed) => snapshotOf(changed, { mesh: access.scopes[0]?.mesh }) };
}
