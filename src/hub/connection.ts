import { setTimeout as sleep } from "node:timers/promises";
import { isVisiiError, VisiiError } from "../errors.ts";

/** How long nothing may arrive before a connection counts as broken, in milliseconds. */
const SILENCE = 30_000;
/** Attempts in a row that may fail before we give up. */
const ATTEMPTS = 5;

export interface ConnectionOptions {
  /** The hub's address: `https://huggingface.co`. */
  readonly endpoint: string;
  /** Sent to the hub, and to nobody else. */
  readonly token: string | undefined;
  /** The model, for sentences. */
  readonly name: string;
  /** The branch, tag or commit, for sentences. */
  readonly revision: string;
  readonly signal: AbortSignal | undefined;
  /** Milliseconds before the second attempt; doubled before each further one. */
  readonly pause: number;
}

/** A request under way. */
export interface Exchange {
  readonly response: Response;
  /** Says that something arrived: the time for silence begins anew. */
  alive(): void;
}

/** Talks to the hub on behalf of one model. Every failure is a sentence. */
export class Connection {
  constructor(readonly options: ConnectionOptions) {}

  /**
   * One request; `use` gets the answer and may take as long as something arrives. Redirects are followed, without the token.
   *
   * @throws VisiiError `network` where another attempt may help (`data.passing`), `model` where the hub says no. What the signal's owner gave as a reason, if
   * it fired.
   */
  async request<T>(url: string, init: RequestInit, use: (exchange: Exchange) => Promise<T>): Promise<T> {
    const { signal } = this.options;
    signal?.throwIfAborted();
    const silence = new AbortController();
    const timer = setTimeout(() => silence.abort(new Error(`nothing arrived for ${SILENCE / 1000} s`)), SILENCE);
    const stop = signal ? AbortSignal.any([signal, silence.signal]) : silence.signal;
    try {
      const response = await fetch(url, { ...init, headers: this.#headers(url, init), signal: stop });
      if (!response.ok) {
        await response.body?.cancel();
        throw this.#refusal(response);
      }
      return await use({ response, alive: () => timer.refresh() });
    } catch (error) {
      signal?.throwIfAborted();
      throw error instanceof VisiiError ? error : this.#broken(error);
    } finally {
      clearTimeout(timer);
    }
  }

  /**
   * Does `work`, and again after a pause where it failed with something that may pass. A failure after which `progress` is greater than ever counts
   * as the first.
   */
  async persist<T>(work: () => Promise<T>, progress: () => number = () => 0): Promise<T> {
    const { pause, signal } = this.options;
    let best = progress();
    for (let failed = 0; ; ) {
      try {
        return await work();
      } catch (error) {
        if (!isVisiiError(error, "network") || error.data.passing !== true) throw error;
        failed = progress() > best ? 1 : failed + 1;
        best = Math.max(best, progress());
        if (failed === ATTEMPTS) throw error;
        await sleep(pause * 2 ** (failed - 1), undefined, signal && { signal });
      }
    }
  }

  /** Trouble that may pass. */
  trouble(what: string, cause?: unknown): VisiiError {
    const { endpoint, name } = this.options;
    const message = `${name}: ${what}; see whether ${endpoint} can be reached, then try again: what has arrived is kept.`;
    return new VisiiError("network", message, { model: name, endpoint, passing: true }, { cause });
  }

  #headers(url: string, init: RequestInit): Headers {
    const headers = new Headers(init.headers);
    headers.set("accept-encoding", "identity"); // ranges count bytes as they are stored
    const { endpoint, token } = this.options;
    if (token && new URL(url).origin === new URL(endpoint).origin) headers.set("authorization", `Bearer ${token}`);
    return headers;
  }

  #broken(error: unknown): VisiiError {
    const { message, cause } = error instanceof Error ? error : new Error(String(error));
    const why = cause instanceof Error ? ((cause as NodeJS.ErrnoException).code ?? cause.message) : message;
    return this.trouble(`the connection to the hub failed (${why})`, error);
  }

  #refusal({ status, headers }: Response): VisiiError {
    if (status === 408 || status === 429 || status >= 500)
      return this.trouble(`the hub answered with status ${status}`);
    const { endpoint, name, revision, token } = this.options;
    return new VisiiError("model", `${name}: ${this.#why(status, headers.get("x-error-code"))}.`, {
      model: name,
      endpoint,
      revision,
      status,
      token: token !== undefined,
    });
  }

  #why(status: number, code: string | null): string {
    const { endpoint, name, revision, token } = this.options;
    if (code === "GatedRepo" || status === 403) {
      return `its authors want you to agree to their terms before you fetch it; do so at ${endpoint}/${name}, then set HF_TOKEN to a token of your account`;
    }
    if (status === 401 && token !== undefined) {
      return `the hub does not accept your token (HF_TOKEN, or the one that \`hf auth login\` has kept); make a new one at ${endpoint}/settings/tokens`;
    }
    if (code === "RevisionNotFound") return `it has no revision "${revision}"; see ${endpoint}/${name}`;
    if (status === 401 || status === 404) {
      return `there is no such model at ${endpoint}, or it is a private one; check the name, and for a private one set HF_TOKEN`;
    }
    return `the hub answered with status ${status}`;
  }
}
