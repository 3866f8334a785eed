/** The expression for a pattern in which every `*` stands for anything: what whoever wrote it means, not what Istio makes of it. */
export function globOf(pattern: string): RegExp {
  return new RegExp(`^${pattern.split('*').map((literal) => literal.replace(/[.+?^${}()|[\]\\/]/g, '\\$&')).join('.*')}$`);
}
