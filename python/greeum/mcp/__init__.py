"""MCP: the same Memory for agents that speak the Model Context Protocol, by `greeum mcp` or at /mcp of a server.

What is offered (`tools`, `resources`, `prompts`) is plain data and plain functions over a Memory; `server` puts it into
the official SDK, which is imported there and in what builds on it, because that takes a second.
"""
