import { principalOf } from '../ambient/path';
import { Question, Step, VerdictKind } from '../question';
import { World } from './world';

/** A verdict that ends the way of a connection. */
export class Ended extends Error {
  public constructor(public readonly verdict: VerdictKind, public readonly reason: string) {
    super(reason);
  }
}

/** One connection on its way: what is asked, and what has happened to it so far. */
export class Journey {
  public readonly trail: Step[] = [];
  public readonly providers = new Set<string>();
  /** nothing of the mesh looked at it */
  public uncaptured = false;

  public constructor(public readonly world: World, public readonly question: Question, public readonly hops: number) {}

  public say(step: Step): void {
    this.trail.push(step);
  }

  /** The address that policies see the client at, where it is known. */
  public get sourceAddress(): string | undefined {
    const { from, given } = this.question;
    return given?.sourceIp
      ?? ('address' in from ? from.address : 'workload' in from && from.workload.addresses.length === 1 ? from.workload.addresses[0]
        : undefined);
  }

  /** The identity of the client, without `spiffe://`. */
  public get identity(): string {
    const { from } = this.question;
    return 'workload' in from ? principalOf(from.workload, this.world.snapshot.mesh) : '';
  }
}
