export * from './constructs';
export * from './resources';
export * from './synth';
export * from './values';
