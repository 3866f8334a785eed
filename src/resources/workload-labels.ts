import { checkLabels } from './validation';

/**
 * The labels that select workloads: stated at once, or known only when the tree is complete. No labels mean every workload; an empty map is
 * refused, because sidecars and ambient mode disagree about what it means.
 */
export class WorkloadLabels {
  private readonly stated?: { [key: string]: string };
  private producer?: () => { [key: string]: string };

  public constructor(private readonly property: string, stated: { [key: string]: string } | undefined) {
    this.check(stated);
    this.stated = stated && { ...stated };
  }

  /** Has the labels produced late. They replace what was stated. */
  public produce(producer: () => { [key: string]: string }): void {
    this.producer = producer;
  }

  /** A copy of the labels, or undefined for every workload. */
  public get(): { [key: string]: string } | undefined {
    const labels = this.producer === undefined ? this.stated : this.producer();
    this.check(labels);
    return labels && { ...labels };
  }

  /** The labels as most Istio policies hold them. */
  public toMatchLabels(): { matchLabels: { [key: string]: string } } | undefined {
    const matchLabels = this.get();
    return matchLabels && { matchLabels };
  }

  private check(labels: { [key: string]: string } | undefined): void {
    if (labels !== undefined) {
      checkLabels(this.property, labels, 'leave it out if every workload is meant');
    }
  }
}
