"""The plugin for OpenCode, which calls functions where the others call commands."""

from __future__ import annotations

import json
import re
import zlib

_HEAD = re.compile(rb"// kn's plugin for OpenCode, made by `kn agent install`; ([0-9a-f]{8})\n")
_TEXT = """\
import { spawn } from "node:child_process"

const program = PROGRAM
const limit = 5000 // milliseconds, after which OpenCode goes on without kn
const system = "experimental.chat.system.transform"

/** What kn says at an event; nothing when it is missing, broken or slow. */
const ask = (cwd, event, payload) => new Promise((done) => {
  let out = ""
  let child
  const end = (text) => {
    clearTimeout(timer)
    child?.kill("SIGKILL")
    try { done(JSON.parse(text).context ?? "") } catch { done("") }
  }
  const timer = setTimeout(() => end(""), limit)
  try {
    const words = ["agent", "hook", "opencode", event]
    child = spawn(program, words, { cwd, stdio: ["pipe", "pipe", "ignore"] })
    child.on("error", () => end(""))
    child.on("close", () => end(out))
    child.stdout.on("data", (part) => { out += part })
    child.stdin.on("error", () => {})
    child.stdin.end(JSON.stringify({ cwd, ...payload }))
  } catch { end("") }
})

/** A part of a system prompt lives for one request only, so what was said is kept here. */
const said = new Map()
const add = (session, text) => {
  if (text) said.get(session)?.push(text)
}

export const Kn = async ({ directory }) => ({
  "chat.message": async ({ sessionID }, { parts }) => {
    const prompt = parts.filter((p) => p.type === "text").map((p) => p.text).join("\\n")
    if (!said.has(sessionID)) {
      said.set(sessionID, [])
      add(sessionID, await ask(directory, "session-start", { sessionID }))
    }
    add(sessionID, await ask(directory, "prompt", { sessionID, prompt }))
  },
  [system]: async ({ sessionID }, output) => {
    output.system.push(...(said.get(sessionID) ?? []))
  },
  "tool.execute.after": async ({ tool, sessionID, args }) => {
    if (!EDITS.includes(tool)) return
    add(sessionID, await ask(directory, "edit", { sessionID, tool, args }))
  },
  "experimental.session.compacting": async ({ sessionID }) => {
    await ask(directory, "pre-compact", { sessionID })
  },
  event: async ({ event }) => {
    if (event.type !== "session.idle") return
    await ask(directory, "session-end", { sessionID: event.properties.sessionID })
  },
})
"""


def write_plugin(program: str, edit_tools: tuple[str, ...]) -> bytes:
    """The plugin's file; its first line says by a checksum whether anybody has edited it."""
    text = _TEXT.replace("PROGRAM", json.dumps(program)).replace("EDITS", json.dumps(edit_tools))
    body = text.encode("utf-8")
    head = f"// kn's plugin for OpenCode, made by `kn agent install`; {zlib.crc32(body):08x}\n"
    return head.encode("ascii") + body


def is_plugin(raw: bytes) -> bool:
    """Whether a file is a plugin of kn's, of this or another version, that nobody has edited."""
    found = _HEAD.match(raw)
    return found is not None and int(found[1], 16) == zlib.crc32(raw[found.end() :])
