// `--output-format stream-json`: one JSON object a line, a strict superset of the shape that Claude Code prints.
//
// First line `system/init`, last line `result`; between them `assistant` and `user` messages, `stream_event` for partial text,
// and `event` lines that carry our own events whole. Nothing else goes to standard output.
import type { Event, EventOf, Message } from '@monkey-coder/protocol';
import type { OutputListener, OutputStreams } from './listener.ts';
import { ModelUsageCounter } from './model-usage.ts';
import { failureDocument, resultDocument } from './result-document.ts';

/** Version of the lines' shape. */
export const streamSchemaVersion = 1;

/** Makes the listener. */
export function createStreamJsonOutput(streams: OutputStreams, version: string): OutputListener {
  const line = (value: object): void => streams.out(`${JSON.stringify(value)}\n`);
  const used = new ModelUsageCounter();
  let started = false;
  let denials: readonly object[] = [];
  return {
    onEvent(event) {
      used.add(event);
      if (event.type === 'run.started') {
        started = true;
        line(initLine(event, version));
      }
      if (event.type === 'permission.decided' && event.decision !== 'allowed') {
        denials = [
          ...denials,
          { tool_name: event.tool, what: event.what, reason: event.reason, decision: event.decision },
        ];
      }
      for (const value of compatibleLines(event)) line({ ...value, ...ids(event) });
      if (event.type !== 'text.delta' && event.type !== 'reasoning.delta')
        line({ type: 'event', ...ids(event), event });
    },
    onReport: (report, exitCode) =>
      line({ ...resultDocument(report, exitCode, used.byModel()), permission_denials: denials }),
    onFailure(failure) {
      if (!started)
        line({ type: 'system', subtype: 'init', schema_version: streamSchemaVersion, version, error: failure.message });
      line(failureDocument(failure));
    },
  };
}

function ids(event: Event): object {
  return {
    session_id: event.sessionId,
    run_id: event.runId ?? null,
    parent_tool_use_id: event.parentCallId ?? null,
    uuid: `${event.sessionId}:${event.seq}`,
    schema_version: streamSchemaVersion,
  };
}

function initLine(event: EventOf<'run.started'>, version: string): object {
  return {
    type: 'system',
    subtype: 'init',
    ...ids(event),
    uuid: `${event.sessionId}:init`,
    version,
    model: `${event.quote.provider}/${event.quote.model}`,
    tools: event.tools,
    cwd: event.task.cwd,
    permissionMode: event.task.permissionMode,
    mcp_servers: [],
    quote: event.quote,
    sandbox: event.sandbox,
  };
}

function compatibleLines(event: Event): object[] {
  switch (event.type) {
    case 'text.delta':
      return [
        {
          type: 'stream_event',
          event: { type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text: event.text } },
        },
      ];
    case 'reasoning.delta':
      return [
        {
          type: 'stream_event',
          event: { type: 'content_block_delta', index: 0, delta: { type: 'thinking_delta', thinking: event.text } },
        },
      ];
    case 'model.ended':
      // A summary for the model itself is no answer to anybody.
      return event.purpose === undefined ? [{ type: 'assistant', message: assistantMessage(event) }] : [];
    case 'context.relieved':
      return [
        {
          type: 'system',
          subtype: 'compact_boundary',
          compact_metadata: { trigger: event.reason, pre_tokens: event.tokensBefore, post_tokens: event.tokensAfter },
        },
      ];
    case 'message.added':
      return [{ type: 'user', message: { role: 'user', content: contentOf(event.message) }, origin: event.origin }];
    case 'tool.ended': {
      const content = [
        { type: 'tool_result', tool_use_id: event.callId, content: event.output, is_error: event.status !== 'ok' },
      ];
      return [{ type: 'user', message: { role: 'user', content } }];
    }
    default:
      return [];
  }
}

function assistantMessage(event: EventOf<'model.ended'>): object {
  return {
    id: event.callId,
    type: 'message',
    role: 'assistant',
    model: event.model,
    content: contentOf(event.message),
    stop_reason:
      event.finishReason === 'tool-calls' ? 'tool_use' : event.finishReason === 'length' ? 'max_tokens' : 'end_turn',
    usage: {
      input_tokens: event.usage.inputTokens - event.usage.cachedInputTokens - event.usage.cacheWriteTokens,
      cache_read_input_tokens: event.usage.cachedInputTokens,
      cache_creation_input_tokens: event.usage.cacheWriteTokens,
      output_tokens: event.usage.outputTokens,
    },
  };
}

function contentOf(message: Message): object[] {
  return message.parts.flatMap((part): object[] => {
    switch (part.type) {
      case 'text':
        return [{ type: 'text', text: part.text }];
      case 'reasoning':
        return [{ type: 'thinking', thinking: part.text }];
      case 'tool-call':
        return [{ type: 'tool_use', id: part.id, name: part.name, input: parsedOrText(part.arguments) }];
      case 'tool-result':
        return [{ type: 'tool_result', tool_use_id: part.callId, content: part.output, is_error: part.isError }];
      default:
        return [{ type: part.type, media_type: part.mediaType }];
    }
  });
}

function parsedOrText(text: string): unknown {
  try {
    return JSON.parse(text || '{}');
  } catch {
    return text;
  }
}
