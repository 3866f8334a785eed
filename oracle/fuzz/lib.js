// The compiled access model of this project: what the engines are compared with.
const path = require('node:path');
const { root } = require('../lib/engines');

/** A module of src/access, by its path there. */
const access = (name) => require(path.join(root, 'lib', 'src', 'access', name));

module.exports = { access };
