// Makes a case on which two sides disagree smaller, as long as they disagree in the same way.

/** The paths of everything in a tree that may go, outermost first. */
function pathsOf(tree, may, path = []) {
  if (tree === null || typeof tree !== 'object') {
    return [];
  }
  return Object.keys(tree).flatMap((key) => {
    const own = [...path, key];
    return [...(may(own.join('.')) ? [own] : []), ...pathsOf(tree[key], may, own)];
  });
}

/** The tree without what stands at the paths. */
function without(tree, paths) {
  if (paths.length === 0 || tree === null || typeof tree !== 'object') {
    return tree;
  }
  const kept = Object.entries(tree).filter(([key]) => !paths.some((path) => path.length === 1 && path[0] === key)).map(([key, value]) => (
    [key, without(value, paths.filter((path) => path.length > 1 && path[0] === key).map((path) => path.slice(1)))]));
  return Array.isArray(tree) ? kept.map(([, value]) => value) : Object.fromEntries(kept);
}

const AT_ONCE = 40;

class Shrinking {
  constructor(one, { may, mend }, disagree, deadline) {
    Object.assign(this, { one, may, mend, disagree, deadline });
  }

  /** Which of some removals leave the disagreement as it is, each for itself. */
  async harmless(paths) {
    const found = [];
    for (let i = 0; i < paths.length && Date.now() < this.deadline; i += AT_ONCE) {
      const some = paths.slice(i, i + AT_ONCE);
      const candidates = some.map((path) => this.mend(without(this.one, [path])));
      const asked = candidates.map((candidate, j) => ({ candidate, path: some[j] })).filter(({ candidate }) => candidate !== undefined);
      const still = await this.disagree(asked.map(({ candidate }) => candidate));
      found.push(...asked.filter((_, j) => still[j]).map(({ path }) => path));
    }
    return found;
  }

  /** Removes all of the paths if that goes, else half of them and half of the rest. */
  async remove(paths) {
    if (paths.length === 0 || Date.now() > this.deadline) {
      return false;
    }
    const candidate = this.mend(without(this.one, paths));
    const [still] = candidate === undefined ? [false] : await this.disagree([candidate]);
    if (still) {
      this.one = candidate;
      return true;
    }
    // what stands behind keeps its place when something before it goes last
    const half = Math.ceil(paths.length / 2);
    return paths.length > 1 && (await this.remove(paths.slice(half)) || await this.remove(paths.slice(0, half)));
  }

  async pass() {
    let progress = false;
    for (let depth = 1; depth <= 12 && Date.now() < this.deadline; depth += 1) {
      const paths = pathsOf(this.one, this.may).filter((path) => path.length === depth);
      progress = await this.remove(await this.harmless(paths)) || progress;
    }
    return progress;
  }
}

/**
 * The smallest case that can be reached by leaving things out. `may` says of a path whether it may go, `mend` gives back what a case must have, or
 * nothing where that does not go, and `disagree` answers for several cases at once.
 */
async function shrink(one, rules, disagree, deadline) {
  const shrinking = new Shrinking(one, rules, disagree, deadline);
  while (await shrinking.pass());
  return shrinking.one;
}

module.exports = { shrink };
