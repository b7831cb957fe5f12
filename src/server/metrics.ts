import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from "prom-client";
import type { JobKind } from "./schemas.ts";

/** What is looked at when the numbers are asked for. */
export interface Observed {
  readonly waiting: (kind: JobKind) => number;
  readonly running: (kind: JobKind) => number;
  readonly listening: () => number;
}

const KINDS = ["learn", "edit"] as const satisfies readonly JobKind[];

/** Numbers for Prometheus. */
export class Metrics {
  readonly registry = new Registry();
  readonly requests: Counter<"method" | "route" | "status">;
  readonly jobs: Counter<"kind" | "status">;
  readonly jobSeconds: Histogram<"kind">;

  constructor(observed: Observed) {
    const registers = [this.registry];
    collectDefaultMetrics({ register: this.registry });
    this.requests = new Counter({
      name: "visii_http_requests_total",
      help: "Requests answered",
      labelNames: ["method", "route", "status"],
      registers,
    });
    this.jobs = new Counter({
      name: "visii_jobs_total",
      help: "Jobs that have ended",
      labelNames: ["kind", "status"],
      registers,
    });
    this.jobSeconds = new Histogram({
      name: "visii_job_seconds",
      help: "Time that jobs were worked on",
      labelNames: ["kind"],
      buckets: [0.1, 0.5, 1, 5, 10, 60, 300, 1800, 7200],
      registers,
    });
    new Gauge({
      name: "visii_jobs_waiting",
      help: "Jobs in the queue",
      labelNames: ["kind"],
      registers,
      collect() {
        for (const kind of KINDS) this.set({ kind }, observed.waiting(kind));
      },
    });
    new Gauge({
      name: "visii_jobs_running",
      help: "Jobs that are worked on",
      labelNames: ["kind"],
      registers,
      collect() {
        for (const kind of KINDS) this.set({ kind }, observed.running(kind));
      },
    });
    new Gauge({
      name: "visii_event_streams",
      help: "Open streams of events",
      registers,
      collect() {
        this.set(observed.listening());
      },
    });
  }
}
