// Prints how many tests of a JUnit report passed, failed and were skipped.
// usage: node .ci/jest-counts.js FILE
const fs = require('node:fs');

function count(xml, attribute) {
  return [...xml.matchAll(/<testsuite [^>]*>/g)].reduce((sum, [tag]) => sum + Number(new RegExp(` ${attribute}="(\\d+)"`).exec(tag)?.[1] ?? 0), 0);
}

const xml = fs.existsSync(process.argv[2]) ? fs.readFileSync(process.argv[2], 'utf8') : '';
const failed = count(xml, 'failures') + count(xml, 'errors');
const skipped = count(xml, 'skipped');
console.log(count(xml, 'tests') - failed - skipped, failed, skipped);
