// Counts what was checked and keeps what failed, for one suite.
const MOST_SHOWN = 20;

class Tally {
  constructor(suite) {
    this.suite = suite;
    this.passed = 0;
    this.failures = [];
    this.notes = [];
  }

  check(ok, failure) {
    if (ok) {
      this.passed += 1;
    } else {
      this.failures.push(typeof failure === 'function' ? failure() : failure);
    }
  }

  note(text) {
    this.notes.push(text);
  }

  print() {
    this.failures.slice(0, MOST_SHOWN).forEach((failure) => console.log(`  failed: ${failure}`));
    if (this.failures.length > MOST_SHOWN) {
      console.log(`  and ${this.failures.length - MOST_SHOWN} more failures`);
    }
    this.notes.forEach((note) => console.log(`  ${note}`));
    console.log(`${this.suite}: ${this.passed} passed, ${this.failures.length} failed`);
  }
}

module.exports = { Tally };
