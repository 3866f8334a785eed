import { accessCsv } from './access-report-csv';
import { accessDot, accessMermaid } from './access-report-graphs';
import { accessJson } from './access-report-json';
import { accessMarkdown } from './access-report-markdown';
import { accessText, TextOptions } from './access-report-text';
import { AccessMap } from '../access/map/access-map';
import { Workload } from '../access/workload';

/** The forms in which a map of access can be printed. */
export const ACCESS_FORMATS = ['text', 'json', 'csv', 'markdown', 'mermaid', 'dot'];

/** Who may reach whom with what, in one of the forms. */
export function accessReport(map: AccessMap, workloads: readonly Workload[], format: string, options: TextOptions = {}): string {
  switch (format) {
    case 'json': return accessJson(map, workloads);
    case 'csv': return accessCsv(map);
    case 'markdown': return accessMarkdown(map);
    case 'mermaid': return accessMermaid(map);
    case 'dot': return accessDot(map);
    default: return accessText(map, options);
  }
}
