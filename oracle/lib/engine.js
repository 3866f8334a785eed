// A program that answers one JSON line per request, in the same order.
const { spawn } = require('node:child_process');
const readline = require('node:readline');

class Engine {
  constructor(command, args = [], options = {}) {
    this.name = options.name ?? command;
    this.waiting = [];
    this.log = [];
    this.child = spawn(command, args, { stdio: ['pipe', 'pipe', 'pipe'] });
    this.ended = new Promise((resolve) => this.child.on('close', (code) => {
      this.waiting.splice(0).forEach(({ reject }) => reject(new Error(`${this.name} ended with ${code}: ${this.log.slice(-5).join(' | ')}`)));
      resolve(code);
    }));
    this.child.on('error', (error) => this.waiting.splice(0).forEach(({ reject }) => reject(error)));
    this.child.stdin.on('error', () => {}); // the close handler rejects what is still waiting
    readline.createInterface({ input: this.child.stdout }).on('line', (line) => this.answer(line));
    readline.createInterface({ input: this.child.stderr }).on('line', (line) => {
      this.log.push(line);
      this.log.splice(0, this.log.length - 20);
    });
  }

  answer(line) {
    const next = this.waiting.shift();
    if (next === undefined) {
      return;
    }
    try {
      const reply = JSON.parse(line);
      if (reply.error === undefined) {
        next.resolve(reply);
      } else {
        next.reject(new Error(`${this.name}: ${reply.error}`));
      }
    } catch (error) {
      next.reject(new Error(`${this.name} answered no JSON: ${line.slice(0, 200)} (${error.message})`));
    }
  }

  ask(request) {
    return new Promise((resolve, reject) => {
      this.waiting.push({ resolve, reject });
      this.child.stdin.write(`${JSON.stringify({ id: this.waiting.length, ...request })}\n`);
    });
  }

  async close() {
    this.child.stdin.end();
    return this.ended;
  }
}

module.exports = { Engine };
