import { Terminal } from './terminal';

const QUIET = 1000;
const PAUSE = 200;

/** Counts on the error stream once something takes longer than a second, and only where somebody watches. */
export function progressOn(terminal: Terminal, what: string, now: () => number = Date.now) {
  const started = now();
  let last = started + QUIET - PAUSE;
  let shown = false;
  return {
    step: (done: number, all: number) => {
      if (terminal.watched === true && now() - last >= PAUSE) {
        last = now();
        shown = true;
        terminal.error(`\r${done} of ${all} ${what}`);
      }
    },
    end: () => {
      if (shown) {
        terminal.error('\r\u001b[K');
      }
    },
  };
}
