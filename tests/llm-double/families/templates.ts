// The ends of chat templates, in the shape of each family's own and abridged to it: whoever reads them learns the marks of the
// roles, which argument turns the thinking off, and who opens it. They render.

/** ChatML, as Qwen and many others write it; `opening` stands after the generation prompt. */
export function chatml(opening = ''): string {
  return (
    "{%- for message in messages %}{{- '<|im_start|>' + message.role + '\\n' + message.content + '<|im_end|>\\n' }}{%- endfor %}" +
    `{%- if add_generation_prompt %}{{- '<|im_start|>assistant\\n' }}${opening}{%- endif %}`
  );
}

/** Roles between marks of their own. */
export function marked({ user, assistant, end = '', opening = '' }: Record<'user' | 'assistant', string> & Marks): string {
  return (
    `{%- for message in messages %}{%- if message.role == 'assistant' %}{{- '${assistant}' + message.content + '${end}' }}` +
    `{%- else %}{{- '${user}' + message.content + '${end}' }}{%- endif %}{%- endfor %}` +
    `{%- if add_generation_prompt %}{{- '${assistant}' }}${opening}{%- endif %}`
  );
}
type Marks = { end?: string; opening?: string };

/** Qwen3 and GLM: an empty block of thoughts when they are turned off. */
export const EMPTY_WHEN_OFF =
  "{%- if enable_thinking is defined and enable_thinking is false %}{{- '<think>\\n\\n</think>\\n\\n' }}{%- endif %}";

/** Qwen3-Thinking, DeepSeek R1 since May 2025, QwQ: the template opens the thoughts, always. */
export const ALWAYS_OPENED = "{{- '<think>\\n' }}";

/** EXAONE 4: opened when asked for, else an empty block. */
export const OPENED_WHEN_ON =
  "{%- if enable_thinking is defined and enable_thinking is true %}{{- '<think>\\n' }}{%- else %}{{- '<think>\\n\\n</think>\\n\\n' }}{%- endif %}";

/** DeepSeek V3.1: the argument is called `thinking`. */
export const OPENED_BY_THINKING = "{%- if thinking %}{{- '<think>' }}{%- else %}{{- '</think>' }}{%- endif %}";

/** gpt-oss: the system message says how much. */
export const HARMONY =
  "{%- if not reasoning_effort is defined %}{%- set reasoning_effort = 'medium' %}{%- endif %}" +
  "{{- '<|start|>system<|message|>Reasoning: ' + reasoning_effort + '\\n\\n# Valid channels: analysis, commentary, final.<|end|>' }}" +
  "{%- for message in messages %}{{- '<|start|>' + message.role + ('<|channel|>final' if message.role == 'assistant' else '') + '<|message|>' + message.content + '<|end|>' }}{%- endfor %}" +
  "{%- if add_generation_prompt %}{{- '<|start|>assistant' }}{%- endif %}";

/** Gemma 4: the mark in the system's turn turns the thoughts on. */
export const THINK_MARK = "{%- if enable_thinking %}{{- '<|turn>system\\n<|think|><turn|>\\n' }}{%- endif %}";
