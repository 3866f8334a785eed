export { Cluster } from './cluster';
export { Grants } from './grants';
export { Proof, ProofWaiver } from './proof';
