export { Cluster } from './cluster';
export { Grants } from './grants';
