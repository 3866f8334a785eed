import { Question, Verdict } from '../question';
import { decide } from './verdict';
import { World } from './world';
import { Snapshot } from '../snapshot/snapshot';

/** What a snapshot grants: verdicts with their trails. */
export class AccessModel {
  public readonly world: World;

  public constructor(public readonly snapshot: Snapshot) {
    this.world = new World(snapshot);
  }

  /** What becomes of one connection or request, and which objects decide it. */
  public verdict(question: Question): Verdict {
    return decide(this.world, question);
  }
}
