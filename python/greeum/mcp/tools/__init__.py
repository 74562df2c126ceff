"""The tools that a model may call: what each takes and gives, and what it does with a Memory."""
