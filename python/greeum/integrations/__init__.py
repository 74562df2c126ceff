"""Greeum behind the interfaces of other products: one module for each, which needs that product's package alone.

    langgraph.py       a BaseStore; langgraph_items.py: its items as blocks
    langchain.py       a VectorStore, a retriever, an embedder out of LangChain's Embeddings
    llama_index.py     a memory block, a chat memory
    openai_agents.py   a Session
    anthropic.py       the memory tool, synchronous and asynchronous
    mem0.py            a client that is called as mem0's is, and needs no package; mem0_items.py: its memories as blocks

What they share: protocol.py (what is asked of a memory), blocks.py (blocks under names), filters.py (filters of others
in Greeum's), conversations.py (items in their order), files.py (files and directories), texts.py (text that a block
takes), extras.py (where a product's package is missing). What one has written, the others and Memory itself can read.
"""
