"""Does an acknowledged write survive? What `crash_test.py` and `power_loss_test.py` share.

`texts` makes blocks that can be told apart, `writer` is a process that writes them and says what was acknowledged,
`ledger` is where it says so, `expected` is what must therefore be there, `check` looks whether it is, `processes`
starts and kills writers, and `lossfs` is a disk that loses power.
"""
