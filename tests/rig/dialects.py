"""The four model APIs that coding agents speak, as far as agents and litellm need."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, ClassVar

from tests.rig.dialect import Dialect, Event, Reply, short_id


class AnthropicMessages(Dialect):
    name = "anthropic-messages"
    usage: ClassVar = {
        "input_tokens": 12,
        "cache_creation_input_tokens": 0,
        "cache_read_input_tokens": 0,
        "output_tokens": 5,
    }

    def tools(self, body: dict[str, Any]) -> list[str]:
        return [tool.get("name", "") for tool in body.get("tools") or []]

    def history(self, body: dict[str, Any]) -> list[dict[str, Any]]:
        return body.get("messages") or []

    def schema(self, body: dict[str, Any]) -> dict[str, Any] | None:
        form = body.get("output_format") or (body.get("output_config") or {}).get("format") or {}
        if self.forced_tool(body):
            return next(
                dict(t.get("input_schema", {}))
                for t in body["tools"]
                if t.get("name") == self.forced_tool(body)
            )
        return form.get("schema")

    def forced_tool(self, body: dict[str, Any]) -> str:
        choice = body.get("tool_choice") or {}
        return choice.get("name", "") if choice.get("type") == "tool" else ""

    def _blocks(self, reply: Reply) -> list[dict[str, Any]]:
        blocks: list[dict[str, Any]] = []
        if reply.thinking:
            blocks.append({"type": "thinking", "thinking": reply.thinking, "signature": "c2ln"})
        if reply.text:
            blocks.append({"type": "text", "text": reply.text})
        if reply.tool:
            blocks.append(
                {
                    "type": "tool_use",
                    "id": short_id("toolu_"),
                    "name": reply.tool,
                    "input": reply.input,
                }
            )
        return blocks

    def document(self, body: dict[str, Any], reply: Reply) -> dict[str, Any]:
        return {
            "id": short_id("msg_"),
            "type": "message",
            "role": "assistant",
            "model": body.get("model"),
            "content": self._blocks(reply),
            "stop_reason": "tool_use" if reply.tool else "end_turn",
            "stop_sequence": None,
            "usage": self.usage,
        }

    def events(self, body: dict[str, Any], reply: Reply) -> Iterator[Event]:
        whole = self.document(body, reply)
        yield (
            "message_start",
            {
                "type": "message_start",
                "message": whole | {"content": [], "stop_reason": None},
            },
        )
        for index, block in enumerate(whole["content"]):
            yield from self._block_events(index, block)
        delta = {"stop_reason": whole["stop_reason"], "stop_sequence": None}
        yield (
            "message_delta",
            {"type": "message_delta", "delta": delta, "usage": {"output_tokens": 30}},
        )
        yield "message_stop", {"type": "message_stop"}

    def _block_events(self, index: int, block: dict[str, Any]) -> Iterator[Event]:
        if block["type"] == "text":
            empty, deltas = (
                block | {"text": ""},
                [{"type": "text_delta", "text": block["text"]}],
            )
        elif block["type"] == "thinking":
            empty = block | {"thinking": "", "signature": ""}
            deltas = [
                {"type": "thinking_delta", "thinking": block["thinking"]},
                {"type": "signature_delta", "signature": block["signature"]},
            ]
        else:
            empty = block | {"input": {}}
            deltas = [{"type": "input_json_delta", "partial_json": json.dumps(block["input"])}]
        yield (
            "content_block_start",
            {"type": "content_block_start", "index": index, "content_block": empty},
        )
        for delta in deltas:
            yield (
                "content_block_delta",
                {"type": "content_block_delta", "index": index, "delta": delta},
            )
        yield "content_block_stop", {"type": "content_block_stop", "index": index}

    def error(self, status: int) -> dict[str, Any]:
        return {"type": "error", **super().error(status)}


class OpenAIResponses(Dialect):
    name = "openai-responses"

    def tools(self, body: dict[str, Any]) -> list[str]:
        offered = body.get("tools") or []
        names = [tool.get("name") or tool.get("type", "") for tool in offered]
        # Codex offers the tools of an MCP server in a namespace of its own.
        spaces = [tool for tool in offered if tool.get("type") == "namespace"]
        return names + [f"{s['name']}__{tool['name']}" for s in spaces for tool in s["tools"]]

    def history(self, body: dict[str, Any]) -> list[dict[str, Any]]:
        items = body.get("input") or []
        return [{"role": "user", "content": items}] if isinstance(items, str) else items

    def is_reply(self, item: dict[str, Any]) -> bool:
        return item.get("role") == "assistant" or item.get("type") in (
            "function_call",
            "reasoning",
            "custom_tool_call",
        )

    def schema(self, body: dict[str, Any]) -> dict[str, Any] | None:
        return ((body.get("text") or {}).get("format") or {}).get("schema")

    def _items(self, reply: Reply) -> list[dict[str, Any]]:
        items: list[dict[str, Any]] = []
        if reply.text:
            content = [{"type": "output_text", "text": reply.text, "annotations": []}]
            items.append(
                {
                    "type": "message",
                    "id": short_id("msg_"),
                    "role": "assistant",
                    "status": "completed",
                    "content": content,
                }
            )
        if reply.tool:
            space, _, name = reply.tool.rpartition("__")
            items.append(
                {
                    "type": "function_call",
                    "id": short_id("fc_"),
                    "call_id": short_id("call_"),
                    "name": name,
                    "arguments": json.dumps(reply.input),
                    "status": "completed",
                    **({"namespace": space} if space else {}),
                }
            )
        return items

    def document(self, body: dict[str, Any], reply: Reply) -> dict[str, Any]:
        usage = {
            "input_tokens": 10,
            "input_tokens_details": {"cached_tokens": 0},
            "output_tokens": 5,
            "output_tokens_details": {"reasoning_tokens": 0},
            "total_tokens": 15,
        }
        return {
            "id": short_id("resp_"),
            "object": "response",
            "created_at": 1700000000,
            "status": "completed",
            "model": body.get("model"),
            "output": self._items(reply),
            "usage": usage,
            "error": None,
            "incomplete_details": None,
            "instructions": None,
            "metadata": {},
            "parallel_tool_calls": True,
            "temperature": 1.0,
            "tool_choice": "auto",
            "tools": [],
            "top_p": 1.0,
        }

    def events(self, body: dict[str, Any], reply: Reply) -> Iterator[Event]:
        whole = self.document(body, reply)
        started = whole | {"status": "in_progress", "output": [], "usage": None}
        yield "response.created", {"type": "response.created", "response": started}
        for index, item in enumerate(whole["output"]):
            place = {"output_index": index}
            added = item | {"status": "in_progress"}
            yield (
                "response.output_item.added",
                {"type": "response.output_item.added", **place, "item": added},
            )
            if item["type"] == "message":
                text = {
                    "item_id": item["id"],
                    "content_index": 0,
                    "delta": item["content"][0]["text"],
                }
                yield (
                    "response.output_text.delta",
                    {"type": "response.output_text.delta", **place, **text},
                )
            # Codex acts on this event and on the last one; the deltas alone do nothing.
            yield (
                "response.output_item.done",
                {"type": "response.output_item.done", **place, "item": item},
            )
        yield "response.completed", {"type": "response.completed", "response": whole}


class OpenAIChat(Dialect):
    name = "openai-chat"
    usage: ClassVar = {"prompt_tokens": 10, "completion_tokens": 5, "total_tokens": 15}

    def tools(self, body: dict[str, Any]) -> list[str]:
        return [(tool.get("function") or {}).get("name", "") for tool in body.get("tools") or []]

    def history(self, body: dict[str, Any]) -> list[dict[str, Any]]:
        return body.get("messages") or []

    def schema(self, body: dict[str, Any]) -> dict[str, Any] | None:
        return ((body.get("response_format") or {}).get("json_schema") or {}).get("schema")

    def forced_tool(self, body: dict[str, Any]) -> str:
        choice = body.get("tool_choice")
        return (
            choice["function"]["name"] if isinstance(choice, dict) and "function" in choice else ""
        )

    def _message(self, reply: Reply) -> dict[str, Any]:
        message: dict[str, Any] = {"role": "assistant", "content": reply.text or None}
        if reply.tool:
            call = {"name": reply.tool, "arguments": json.dumps(reply.input)}
            message["tool_calls"] = [
                {
                    "index": 0,
                    "id": short_id("call_"),
                    "type": "function",
                    "function": call,
                }
            ]
        return message

    def _frame(
        self, body: dict[str, Any], kind: str, choice: dict[str, Any], reply: Reply, last: bool
    ) -> dict[str, Any]:
        finish = ("tool_calls" if reply.tool else "stop") if last else None
        choices = [{"index": 0, **choice, "finish_reason": finish}]
        frame = {
            "id": "chatcmpl-1",
            "object": kind,
            "created": 1700000000,
            "model": body.get("model"),
        }
        return frame | {"choices": choices} | ({"usage": self.usage} if last else {})

    def document(self, body: dict[str, Any], reply: Reply) -> dict[str, Any]:
        return self._frame(
            body, "chat.completion", {"message": self._message(reply)}, reply, last=True
        )

    def events(self, body: dict[str, Any], reply: Reply) -> Iterator[Event]:
        kind = "chat.completion.chunk"
        opening = {"role": "assistant", "content": ""}
        for delta, last in (
            (opening, False),
            (self._message(reply), False),
            ({}, True),
        ):
            yield None, self._frame(body, kind, {"delta": delta}, reply, last)
        yield None, "[DONE]"


class GeminiGenerateContent(Dialect):
    name = "gemini-generate-content"

    def tools(self, body: dict[str, Any]) -> list[str]:
        return [
            f.get("name", "")
            for tool in body.get("tools") or []
            for f in tool.get("functionDeclarations") or []
        ]

    def history(self, body: dict[str, Any]) -> list[dict[str, Any]]:
        return body.get("contents") or []

    def is_reply(self, item: dict[str, Any]) -> bool:
        return item.get("role") == "model"

    def schema(self, body: dict[str, Any]) -> dict[str, Any] | None:
        config = body.get("generationConfig") or {}
        return config.get("responseSchema") or config.get("responseJsonSchema")

    def streams(self, path: str, body: dict[str, Any]) -> bool:
        return ":stream" in path

    def document(self, body: dict[str, Any], reply: Reply) -> dict[str, Any]:
        parts: list[dict[str, Any]] = [{"text": reply.text}] if reply.text else []
        if reply.tool:
            parts.append({"functionCall": {"name": reply.tool, "args": reply.input}})
        content = {"role": "model", "parts": parts}
        usage = {
            "promptTokenCount": 10,
            "candidatesTokenCount": 5,
            "totalTokenCount": 15,
        }
        candidates = [{"content": content, "finishReason": "STOP", "index": 0}]
        return {
            "candidates": candidates,
            "usageMetadata": usage,
            "modelVersion": "mock-model",
        }

    def events(self, body: dict[str, Any], reply: Reply) -> Iterator[Event]:
        yield None, self.document(body, reply)

    def error(self, status: int) -> dict[str, Any]:
        name = "RESOURCE_EXHAUSTED" if status == 429 else "INTERNAL"
        return {"error": {"code": status, "message": f"scripted {status}", "status": name}}


def dialect_of(path: str) -> Dialect | None:
    """The dialect that a request path belongs to, or None for anything but a request to
    a model."""
    path = path.partition("?")[0]
    if path.endswith("/messages"):
        return AnthropicMessages()
    if path.endswith("/responses"):
        return OpenAIResponses()
    if path.endswith("/chat/completions"):
        return OpenAIChat()
    if path.endswith((":generateContent", ":streamGenerateContent")):
        return GeminiGenerateContent()
    return None
