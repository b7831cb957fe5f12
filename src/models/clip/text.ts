import { add, constant, gather, reshape, slice, type Tensor } from "../../graph/index.ts";
import { embedding, layerNorm } from "../../nn/index.ts";
import type { Scope } from "../../weights/scope.ts";
import type { ClipTextConfig } from "./config.ts";
import { clipEncoder } from "./encoder.ts";

/** The key of the token table [vocabulary, E], for those who look rows up outside the graph. */
export const TOKEN_EMBEDDING = "text_model.embeddings.token_embedding.weight";

/** The table itself: [V, E]. */
export function tokenTable(p: Scope, { vocabulary, width }: ClipTextConfig): Tensor {
  return p.at("text_model", "embeddings", "token_embedding").param("weight", [vocabulary, width]);
}

/** Token ids [N, T] (int64) → rows of the token table [N, T, E], which is what `clipText` takes. */
export function tokenEmbedding(p: Scope, config: ClipTextConfig, ids: Tensor): Tensor {
  return embedding(p.at("text_model", "embeddings", "token_embedding"), ids, config.vocabulary, config.width);
}

/**
 * CLIPTextModel: token embeddings [N, T, E], positions not yet added → last hidden state [N, T, E], through the final norm. T is at most
 * `config.positions`.
 */
export function clipText(p: Scope, config: ClipTextConfig, embeddings: Tensor): Tensor {
  const text = p.at("text_model");
  const tokens = embeddings.shape[1]!;
  const table = text.at("embeddings", "position_embedding").param("weight", [config.positions, config.width]);
  const x = add(embeddings, slice(table, 0, 0, tokens));
  const h = clipEncoder(text.at("encoder"), config, x, causalMask(tokens));
  return layerNorm(text.at("final_layer_norm"), h, config.eps);
}

/** What is added to a score that is not to count: e to it is 0, and 16 bits hold it. */
const MASKED = -6e4;

/** [1, 1, T, T]: what comes later is masked from what comes before. */
function causalMask(tokens: number): Tensor {
  const mask = Float32Array.from({ length: tokens * tokens }, (_, i) =>
    i % tokens > Math.floor(i / tokens) ? MASKED : 0,
  );
  return constant(mask, [1, 1, tokens, tokens]);
}

/** The row of each sequence that stands for it: hidden [N, T, E], rows [N] (int64, from `pooledRows`) → [N, E]. */
export function clipTextPooled(hidden: Tensor, rows: Tensor): Tensor {
  return gather(reshape(hidden, [-1, hidden.shape[2]!]), rows); // [N·T, E] → [N, E]
}

/**
 * Where `clipTextPooled` finds each sequence's end token among the N·T rows: its first one, or for the legacy `eos_token_id: 2` the first of
 * the highest id. All sequences have one length.
 */
export function pooledRows(config: ClipTextConfig, sequences: readonly (readonly number[])[]): BigInt64Array {
  return BigInt64Array.from(sequences, (ids, n) => {
    const end = config.eosTokenId === 2 ? Math.max(...ids) : config.eosTokenId;
    return BigInt(n * ids.length + Math.max(0, ids.indexOf(end)));
  });
}
