import { madeModel } from '../../../../made-model/made-model.ts';
import { SHAPE } from '../../../../made-model/weights.ts';
import { type GgufContent, type MetadataValue, type Tensor, writeGguf } from '../../../../made-model/write-gguf.ts';

const LAYERS = 4;

/**
 * The made model as OLMo 2 with a sliding window: three of four layers see the last tokens alone, and have a cache of their own.
 * https://github.com/ggml-org/llama.cpp/blob/master/src/models/olmo2.cpp
 */
export function windowedModel(windowTokens: number): Buffer {
  const made: GgufContent = madeModel({ endless: true, layers: LAYERS });
  const metadata = made.metadata.map(([key, value]): [string, MetadataValue] => {
    if (key === 'general.architecture') return [key, { type: 'string', value: 'olmo2' }];
    return [key.replace(/^llama\./, 'olmo2.'), value];
  });
  metadata.push(['olmo2.attention.sliding_window', { type: 'uint32', value: windowTokens }]);
  return writeGguf({ metadata, tensors: made.tensors.flatMap(asOlmo) });
}

/** Its norms stand behind attention and feed-forward, and there is one for queries and one for keys. */
function asOlmo(tensor: Tensor): Tensor[] {
  const [, block, norm] = /^(blk\.\d+)\.(attn_norm|ffn_norm)\.weight$/.exec(tensor.name) ?? [];
  if (norm === undefined) return [tensor];
  const names = norm === 'attn_norm' ? ['post_attention_norm', 'attn_q_norm', 'attn_k_norm'] : ['post_ffw_norm'];
  return names.map((name) => ({ ...tensor, name: `${block}.${name}.weight`, shape: [SHAPE.width] }));
}
