// Jinja templates in the shapes that model families use, written for these tests.

export const CHATML = `{%- for message in messages %}
{{- '<|im_start|>' + message.role + '\\n' + message.content + '<|im_end|>\\n' }}
{%- endfor %}
{%- if add_generation_prompt %}{{- '<|im_start|>assistant\\n' }}{%- endif %}`;

/** Trims contents, opens with the begin-of-text token, tells the date. */
export const HEADERS = `{{- bos_token }}
{%- if strftime_now is defined %}{%- set today = strftime_now('%d %b %Y') %}{%- else %}{%- set today = '?' %}{%- endif %}
{%- for message in messages %}
  {%- if loop.first and message.role == 'system' %}
    {{- '<|start_header_id|>system<|end_header_id|>\\n\\nToday Date: ' + today + '\\n\\n' + message.content | trim + '<|eot_id|>' }}
  {%- else %}
    {{- '<|start_header_id|>' + message['role'] + '<|end_header_id|>\\n\\n' + message['content'] | trim + '<|eot_id|>' }}
  {%- endif %}
{%- endfor %}
{%- if add_generation_prompt %}{{- '<|start_header_id|>assistant<|end_header_id|>\\n\\n' }}{%- endif %}`;

/** Demands that user and assistant take turns; puts the system message before the last user's. */
export const ALTERNATING = `{%- if messages[0].role == 'system' %}
  {%- set system = messages[0].content %}{%- set turns = messages[1:] %}
{%- else %}
  {%- set turns = messages %}
{%- endif %}
{{- bos_token }}
{%- for message in turns %}
  {%- if (message.role == 'user') != (loop.index0 % 2 == 0) %}
    {{- raise_exception('Conversation roles must alternate user/assistant/user/assistant/...') }}
  {%- endif %}
  {%- if message.role == 'user' %}
    {%- if loop.last and system is defined %}{{- '[INST] ' + system + '\\n\\n' + message.content + '[/INST]' }}
    {%- else %}{{- '[INST] ' + message.content + '[/INST]' }}{%- endif %}
  {%- else %}{{- ' ' + message.content + eos_token }}{%- endif %}
{%- endfor %}`;

/** Knows no system message. */
export const SYSTEMLESS = `{{ bos_token }}
{%- if messages[0].role == 'system' %}{{ raise_exception('System role not supported') }}{%- endif %}
{%- for message in messages %}
  {%- if (message.role == 'user') != (loop.index0 % 2 == 0) %}{{ raise_exception('Roles must alternate') }}{%- endif %}
  {%- set role = 'model' if message.role == 'assistant' else message.role %}
  {{- '<start_of_turn>' + role + '\\n' + message.content | trim + '<end_of_turn>\\n' }}
{%- endfor %}
{%- if add_generation_prompt %}{{- '<start_of_turn>model\\n' }}{%- endif %}`;

/** Drops what it does not know: a system message that is not the first is lost without a word. */
export const DROPPING = `{%- for message in messages %}
  {%- if message.role == 'system' and loop.first %}{{- '<|system|>' + message.content }}
  {%- elif message.role == 'user' %}{{- '<|user|>' + message.content }}
  {%- elif message.role == 'assistant' %}{{- '<|assistant|>' + message.content }}
  {%- endif %}
{%- endfor %}<|assistant|>`;

/** Rewrites replies (cuts thoughts away) and goes through the tools unasked. */
export const REWRITING = `{%- for tool in tools %}{{ tool }}{%- endfor %}
{%- for message in messages %}
  {%- set text = message.content %}
  {%- if message.role == 'assistant' and '</think>' in text %}{%- set text = text.split('</think>')[-1].lstrip('\\n') %}{%- endif %}
  {{- '<|im_start|>' + message.role + '\\n' + text + '<|im_end|>\\n' }}
{%- endfor %}
{{- '<|im_start|>assistant\\n' }}
{%- if enable_thinking is defined and enable_thinking is false %}{{- '<think>\\n\\n</think>\\n\\n' }}{%- endif %}`;

export const SHAPES: Readonly<Record<string, string>> = { CHATML, HEADERS, ALTERNATING, SYSTEMLESS, DROPPING, REWRITING };
