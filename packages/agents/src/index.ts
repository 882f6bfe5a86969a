// One agent: messages, permissions, tools, context, loop.
export type { AgentOptions, AgentResult, AgentState, AgentStop, OpenCall, Record, RunAgent } from './loop/agent.ts';
export type { Gate, GateAnswer, GateQuestion } from './permissions/gate.ts';
export type { PreparedCall, Tool, ToolContext, ToolIntent, ToolResult } from './tools/tool.ts';
