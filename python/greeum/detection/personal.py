"""What leads to a person: addresses, numbers of telephones, papers, cards and accounts."""

from __future__ import annotations

from greeum.detection.rules import Rule, luhn

TELEPHONE = "[phone]"


def digits_of(text: str) -> str:
    return "".join(c for c in text if "0" <= c <= "9")


NOBODY = ("example.com", "example.org", "example.net", "localhost.localdomain")
"""Domains of which no mail comes (RFC 2606)."""

NO_DOMAINS = frozenset(
    ("png", "jpg", "jpeg", "gif", "svg", "webp", "css", "js", "ts", "py", "json", "test", "example", "invalid", "local",
     "localhost", "internal")
)  # fmt: skip
"""Ends of names of files, as in icon@2x.png, and of domains that there are only in documentation or at home."""


def is_mail(text: str) -> bool:
    name, _, domain = text.lower().rpartition("@")
    is_nobody = any(domain == one or domain.endswith("." + one) for one in NOBODY)
    return not is_nobody and domain.rpartition(".")[2] not in NO_DOMAINS and name != "git"


def is_north_american(text: str) -> bool:
    """Not one of those that films use: 555-0100 to 555-0199."""
    digits = digits_of(text)[-10:]
    return not (digits[3:6] == "555" and digits[6:8] == "01")


def is_korean_mobile(text: str) -> bool:
    """Not 010-0000-0000, which stands for any of them."""
    return len(set(digits_of(text)[-7:])) > 1


def is_international(text: str) -> bool:
    digits = digits_of(text)
    is_fiction = digits.startswith("1") and len(digits) == 11 and not is_north_american(text)
    return 9 <= len(digits) <= 15 and len(set(digits)) > 3 and not is_fiction  # E.164


CENTURIES = {"1": 1900, "2": 1900, "3": 2000, "4": 2000, "5": 1900, "6": 1900, "7": 2000, "8": 2000}
"""Of the digit that tells century, sex, and whether somebody came from elsewhere."""

NO_CHECK_FROM = (2020, 10, 5)
"""Those born, or registered, from here on have numbers drawn by lot, without a check digit."""


def is_resident_number(text: str) -> bool:
    """A Korean resident registration number: a day of birth, and a check digit."""
    digits = digits_of(text)
    born = CENTURIES[digits[6]] + int(digits[:2]), int(digits[2:4]), int(digits[4:6])
    if not is_day(*born):
        return False
    total = sum(
        int(digit) * weight for digit, weight in zip(digits, (2, 3, 4, 5, 6, 7, 8, 9, 2, 3, 4, 5), strict=False)
    )
    checks = {(11 - total % 11) % 10, (13 - total % 11) % 10 if digits[6] in "5678" else (11 - total % 11) % 10}
    return int(digits[12]) in checks or (born >= NO_CHECK_FROM and "-" in text)


def is_day(year: int, month: int, day: int) -> bool:
    from datetime import date

    try:
        date(year, month, day)
    except ValueError:
        return False
    return True


CARDS = (("4", (13, 16)), ("34", (15,)), ("37", (15,)), ("36", (14,)), ("6011", (16,)), ("65", (16,)), ("62", (16,)),
         ("94", (16,)))  # fmt: skip
"""How the numbers of card companies begin, and how long they are (ISO/IEC 7812); 94 is Korea's own."""


def is_card(text: str) -> bool:
    digits = digits_of(text)
    begins = any(digits.startswith(first) and len(digits) in lengths for first, lengths in CARDS)
    is_master = len(digits) == 16 and (51 <= int(digits[:2]) <= 55 or 2221 <= int(digits[:4]) <= 2720)
    is_jcb = len(digits) == 16 and 3528 <= int(digits[:4]) <= 3589
    return (begins or is_master or is_jcb) and luhn(digits) and len(set(digits)) > 1


IBAN_LENGTHS = {
    "AD": 24, "AE": 23, "AT": 20, "BE": 16, "BG": 22, "CH": 21, "CY": 28, "CZ": 24, "DE": 22, "DK": 18, "EE": 20,
    "ES": 24, "FI": 18, "FR": 27, "GB": 22, "GR": 27, "HR": 21, "HU": 28,
    "IE": 22, "IL": 23, "IS": 26, "IT": 27, "LI": 21, "LT": 20, "LU": 20, "LV": 21,
    "MC": 27, "MT": 31, "NL": 18, "NO": 15, "PL": 28, "PT": 25, "QA": 29, "RO": 24, "SA": 24,
    "SE": 24, "SI": 19, "SK": 24, "SM": 27, "TR": 26, "UA": 29,
}  # fmt: skip
"""By country (the registry of ISO 13616)."""


def is_account(text: str) -> bool:
    plain = text.replace(" ", "")
    if IBAN_LENGTHS.get(plain[:2]) != len(plain):
        return False
    return int("".join(str(int(c, 36)) for c in plain[4:] + plain[:4])) % 97 == 1


MAIL = Rule(
    "e-mail address",
    "[email]",
    ("@",),
    r"(?<![\w.%+\-@/])[A-Za-z0-9_][\w.%+\-]{0,63}@(?:[A-Za-z0-9](?:[A-Za-z0-9\-]{0,61}[A-Za-z0-9])?\.){1,8}[A-Za-z]{2,24}(?![\w@])",
    source="RFC 5321, 4.1.2",
    check=is_mail,
)

NUMBERS = (
    Rule(
        "Korean resident registration number",
        "[id number]",
        (),
        r"(?<![\d\-.])\d{6}(?:-| ?)[1-8]\d{6}(?![\d\-])",
        source="Korea: Resident Registration Act, enforcement rule 2",
        check=is_resident_number,
    ),
    Rule(
        "card number",
        "[card]",
        (),
        r"(?<![\d.\-/_])"
        r"(?:\d{4}(?P<s>[ \-])\d{4}(?P=s)\d{4}(?P=s)\d{4}|\d{4}[ \-]\d{6}[ \-]\d{4,5}|\d{13,16})(?![\d\-_])",
        source="ISO/IEC 7812-1",
        check=is_card,
    ),
    Rule(
        "account number",
        "[account]",
        (),
        r"(?<![A-Za-z0-9])[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,3})?(?![A-Za-z0-9])",
        source="ISO 13616 (IBAN)",
        check=is_account,
    ),
    Rule(
        "Korean mobile number",
        TELEPHONE,
        (),
        r"(?<![\w\-+.])(?:\+82[ \-]?\(?0?\)?|0)1[016789](?P<s>[ \-.]?)\d{3,4}(?P=s)\d{4}(?![\d\-])",
        source="Korea: numbering plan, 01X",
        check=is_korean_mobile,
    ),
    Rule(
        "Korean telephone number",
        TELEPHONE,
        (),
        r"(?<![\w\-+.])\(?0(?:2|[3-6][1-5])\)?-\d{3,4}-\d{4}(?![\d\-])",
        source="Korea: numbering plan, area codes",
    ),
    Rule(
        "North American telephone number",
        TELEPHONE,
        (),
        r"(?<![\w\-+.(])(?:\+?1[ .\-])?(?:\([2-9]\d\d\) ?|[2-9]\d\d(?P<s>[.\-]))[2-9]\d\d[.\-]\d{4}(?![\d\-])",
        source="NANPA: numbering plan",
        check=is_north_american,
    ),
    Rule(
        "telephone number",
        TELEPHONE,
        (),
        r"(?<![\w+])\+[1-9]\d{0,3}(?:[ .\-]?\(?\d{1,5}\)?){2,6}(?![\w])",
        source="E.164, E.123",
        check=is_international,
    ),
)
"""Those that are made of digits: at least nine."""

PASSPORT = Rule(
    "passport number",
    "[passport]",
    ("passport", "Passport", "PASSPORT", "여권"),
    r"(?i:passport|여권)[^\n]{0,24}?(?<![A-Za-z0-9])(?P<it>[A-Z](?:\d{8}|\d{3}[A-Z]\d{4})|[A-Z]{2}\d{7}|\d{9})(?![A-Za-z0-9])",
    source="ICAO 9303: nine characters; only where it is called one",
)
