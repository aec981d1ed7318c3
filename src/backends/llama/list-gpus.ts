/** The kinds of GPU that llama.cpp can use on this machine ('cuda', 'vulkan', 'metal'); none means the CPU. Loads no model. */
export async function listGpus(): Promise<readonly string[]> {
  const { getLlamaGpuTypes } = await import('node-llama-cpp');
  return (await getLlamaGpuTypes('supported')).filter((type) => type !== false);
}
