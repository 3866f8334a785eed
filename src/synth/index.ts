export { Cluster } from './cluster';
export { Grants } from './grants';
export { Proof, type ProofWaiver } from './proof';
