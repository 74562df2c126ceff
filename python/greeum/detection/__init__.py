"""What a text holds that it may not be meant to: hidden characters, secrets, personal data.

Useful for noticing what can be told for certain by its form: a prefix that a vendor gives its keys, a check digit.
Not a judge of what a text says, and no proof that there is nothing.
"""
