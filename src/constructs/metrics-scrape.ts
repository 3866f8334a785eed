import { requireReason } from '../values/errors';

/** @internal */
export enum ScrapeWay {
  MERGED = 'merged',
  MUTUAL_TLS = 'mutual-tls',
  PLAINTEXT = 'plaintext',
}

/**
 * How a Prometheus gets at the metrics of a workload. It dials the addresses of pods, which its own proxy (if it has one) lets pass as
 * plaintext: such a scrape has **no identity**, so a rule with its principal would never match. These are the ways that work.
 *
 * @see https://istio.io/latest/docs/ops/integrations/prometheus/
 * @example
 * import { MetricsScrape } from 'cdk8s-zero-trust';
 *
 * MetricsScrape.plaintext('the exporter is scraped by a Prometheus without a proxy');
 */
export class MetricsScrape {
  /**
   * Port 15020, where the agent of the proxy serves the metrics of the proxy and, when the pods are annotated with `prometheus.io/port`,
   * those of the exporter in the same pod. The port is never captured by the proxy: only the NetworkPolicy guards it.
   */
  public static merged(): MetricsScrape {
    return new MetricsScrape(ScrapeWay.MERGED);
  }

  /**
   * The port of the exporter, with the certificate of the mesh that the proxy of the Prometheus writes into a volume (`OUTPUT_CERTS`). The
   * scrape then has the identity of the Prometheus.
   */
  public static mutualTls(): MetricsScrape {
    return new MetricsScrape(ScrapeWay.MUTUAL_TLS);
  }

  /**
   * The port of the exporter in plaintext: that one port accepts plaintext, the ALLOW policy admits anonymous clients at the addresses of
   * pods, the NetworkPolicy only the pods of the Prometheus.
   *
   * @param reason why neither of the other ways is possible; one line
   */
  public static plaintext(reason: string): MetricsScrape {
    return new MetricsScrape(ScrapeWay.PLAINTEXT, requireReason(reason, 'a scrape in plaintext'));
  }

  private constructor(
    /** @internal */ public readonly _way: ScrapeWay,
    /** Why the scrape is plaintext; undefined for the other ways. */
    public readonly reason?: string,
  ) {}
}
