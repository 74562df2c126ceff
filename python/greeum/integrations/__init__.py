"""Greeum behind the interfaces of other products: one module for each, and each needs that product's package alone.

    langgraph.py       a BaseStore
    langchain.py       a VectorStore, a retriever, an embedder out of LangChain's Embeddings
    llama_index.py     a memory block
    openai_agents.py   a Session
    anthropic.py       the memory tool, synchronous and asynchronous
    mem0.py            a client that is called as mem0's is (it needs no package)
    protocol.py        what they ask of a memory: a local one, one confined to a namespace, or one elsewhere
    blocks.py          blocks under names; filters.py: filters of others, in Greeum's; texts.py: text that a block takes

They add nothing of their own to what is stored: what one has written, the others and Memory itself can read.
"""
