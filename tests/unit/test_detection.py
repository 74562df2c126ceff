"""What is found in texts, and what is left alone: nobody believes flags that are mostly wrong."""

from __future__ import annotations

from base64 import urlsafe_b64encode
from random import Random
from string import ascii_letters, ascii_lowercase, ascii_uppercase, digits
from time import process_time

import pytest

from greeum import testing
from greeum.control.keys import NewKey
from greeum.detection.findings import find, redacted
from greeum.detection.personal import IBAN_LENGTHS, is_account
from greeum.detection.rules import luhn
from greeum.limits import SEGMENT_BYTES_MAX

RANDOM = Random(4)


def mixed(length: int, alphabet: str = ascii_letters + digits) -> str:
    """Made up as it is needed: what looks like a key in this file would be taken for one."""
    return "".join(RANDOM.choices(alphabet, k=length))


def hexadecimal(length: int) -> str:
    return mixed(length, "0123456789abcdef")


def token() -> str:
    parts = ('{"alg":"HS256","typ":"JWT"}', '{"sub":"1234567890","name":"Alice"}')
    head, body = (urlsafe_b64encode(part.encode()).decode().rstrip("=") for part in parts)
    return f"{head}.{body}.{mixed(43)}"


BASE_32 = ascii_uppercase + "234567"

SECRETS = {
    "AWS access key": "AK" + "IA" + mixed(16, BASE_32),
    "AWS secret key": "aws_secret_access_key = " + mixed(40),
    "GitHub token": "gh" + "p_" + mixed(36),
    "GitHub fine-grained token": "github_" + "pat_" + mixed(22) + "_" + mixed(59),
    "GitLab token": "gl" + "pat-" + mixed(20),
    "npm token": "np" + "m_" + mixed(36),
    "Python package index token": "py" + "pi-AgE" + mixed(80),
    "OpenAI key": "sk-" + "proj-" + mixed(74),
    "older OpenAI key": "sk-" + mixed(20) + "T3Blbk" + "FJ" + mixed(20),
    "Anthropic key": "sk-" + "ant-api03-" + mixed(95),
    "OpenRouter key": "sk-" + "or-v1-" + hexadecimal(64),
    "Google key": "AI" + "za" + mixed(35),
    "Google client secret": "GOC" + "SPX-" + mixed(28),
    "Google access token": "ya" + "29." + mixed(60),
    "Slack token": "xo" + "xb-" + mixed(12, digits) + "-" + mixed(24),
    "Slack webhook": "https://hooks.slack." + f"com/services/T{mixed(9, BASE_32)}/B{mixed(9, BASE_32)}/{mixed(24)}",
    "Stripe key": "sk_" + "live_" + mixed(24),
    "Stripe webhook secret": "wh" + "sec_" + mixed(32),
    "SendGrid key": "S" + "G." + mixed(22) + "." + mixed(43),
    "Hugging Face token": "h" + "f_" + mixed(34, ascii_letters),
    "DigitalOcean token": "dop_" + "v1_" + hexadecimal(64),
    "Shopify token": "shp" + "at_" + hexadecimal(32),
    "Vault token": "hv" + "s." + mixed(90),
    "Telegram bot token": mixed(10, "123456789") + ":A" + "A" + mixed(33),
    "Linear key": "lin_" + "api_" + mixed(40),
    "Docker token": "dckr_" + "pat_" + mixed(27),
    "age key": "AGE-SECRET-" + "KEY-1" + mixed(58, "QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L"),
    "Greeum key": NewKey().text,
    "JSON Web Token": token(),
    "private key": "-----BEGIN RSA PRIVATE " + f"KEY-----\n{mixed(64)}\n{mixed(64)}\n-----END RSA PRIVATE KEY-----",
    "private key that was cut short": "-----BEGIN PRIVATE " + f"KEY-----\n{mixed(64)}\n{mixed(12)}",
    "address with a password": "postgres://app:" + mixed(14) + "@db.internal:5432/app",
    "password after a colon": "Password: " + "tr0ub4dor&3",
    "password that is said": "my wifi password is " + "gr33nhouse!7",
    "password in code": "DB_PASSWORD='" + "s3cr3t-" + mixed(8) + "'",
    "API key by name": "api_key=" + mixed(24),
    "Korean password": "와이파이 비밀번호는 " + "sunny2024" + "야",
    "Korean numbers": "현관 비번 " + "2580#" + " 이니까 기억해",
}


class TestSecrets:
    @pytest.mark.parametrize("name", SECRETS)
    def test_each_is_found_within_a_sentence(self, name: str) -> None:
        secret = SECRETS[name]
        text = f"Here it is: {secret} (keep it)"
        found = [finding for finding in find(text) if finding.kind == "secret"]
        assert found, name
        hidden = redacted(text, found)
        assert "[secret]" in hidden
        assert secret not in hidden
        assert hidden.startswith("Here it is: ")
        assert hidden.endswith("(keep it)") or "cut short" in name

    @pytest.mark.parametrize(
        "text",
        [
            "The password is required, and the token: see below.",
            "password: ********",
            "Password: changeme-please",
            "api_key=YOUR_API_KEY_12345",
            "password = request.form['password1']",
            "password: ${DB_PASSWORD_2}",
            "I forgot my password again, is 5 o'clock fine?",
            "Her secret: 12 hours of sleep.",
            "My key is under the mat at number 12a.",
            "postgres://user:password@localhost/db",
            "https://example.com:8080/path@v2",
            "gh" + "p_" + "x" * 36,
            "AK" + "IAIOSFODNN7EXAMPLE",
            "-----BEGIN PUBLIC KEY-----\nMIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8A\n-----END PUBLIC KEY-----",
            "skill-based-matchmaking and task-oriented-dialogue-systems",
            "eyJ is how a token begins; eyJhbGciOi.eyJzdWIiOi.abc is none",
            "비밀번호를 잊어버렸어요",
            "비밀번호는 안 알려줄 거야",
        ],
    )
    def test_what_only_looks_like_one_is_left_alone(self, text: str) -> None:
        assert [finding for finding in find(text) if finding.kind == "secret"] == []

    def test_every_prefix_is_there_by_itself_too(self) -> None:
        """No rule rests on what happens to stand around it."""
        for name, secret in SECRETS.items():
            assert [one for one in find(secret) if one.kind == "secret"], name


def test_a_glance_at_a_namespace_takes_no_secret_for_harmless() -> None:
    slashed = "wh" + "sec_" + "/".join(mixed(6) for _ in range(4))
    with testing.memory() as memory:
        for secret in [*SECRETS.values(), slashed]:
            if len(secret) <= SEGMENT_BYTES_MAX and "/" not in secret and secret.isprintable():
                assert "secret" in memory.add("kept", namespace=[secret]).flags
        assert memory.add("kept", namespace=slashed).flags == ("secret",)
        assert memory.add("kept", namespace="team/user-0/chat-12").flags == ()


def with_check(number: str) -> str:
    """A resident registration number with the digit that makes it right."""
    total = sum(int(digit) * weight for digit, weight in zip(number, (2, 3, 4, 5, 6, 7, 8, 9, 2, 3, 4, 5), strict=True))
    return f"{number[:6]}-{number[6:]}{(11 - total % 11) % 10}"


RESIDENT = with_check("900214123456")

PERSONAL = {
    "write to alice.kim+lists@mail.acme.co.kr please": "[email]",
    "제 번호는 010-2345-6789예요": "[phone]",
    "01023456789 로 연락 주세요": "[phone]",
    "call +82 10-2345-6789": "[phone]",
    "사무실은 02-345-6789 입니다": "[phone]",
    "(212) 736-5000 is the hotel": "[phone]",
    "Call me at 212-736-5000.": "[phone]",
    "ring +44 20 7946 0958 tomorrow": "[phone]",
    f"주민번호 {RESIDENT} 입니다": "[id number]",
    f"number {RESIDENT.replace('-', '')} on the form": "[id number]",
    "born later: 210301-3123456": "[id number]",
    "card 4111 1111 1111 1111, 12/29": "[card]",
    "amex 3782 822463 10005": "[card]",
    "5555555555554444": "[card]",
    "to GB29 NWBK 6016 1331 9268 19 by Friday": "[account]",
    "IBAN DE89370400440532013000": "[account]",
    "my passport number is M12345678": "[passport]",
    "여권 번호 M123A4567 확인": "[passport]",
}


class TestPersonalData:
    @pytest.mark.parametrize("text", PERSONAL)
    def test_each_is_found_and_nothing_else_goes(self, text: str) -> None:
        found = find(text)
        assert [(finding.kind, finding.marker) for finding in found] == [("personal", PERSONAL[text])]
        before, _, after = redacted(text, found).partition(PERSONAL[text])
        assert text.startswith(before)
        assert text.endswith(after)

    @pytest.mark.parametrize(
        "text",
        [
            "mail to someone@example.com, icon@2x.png, git@github.com:acme/tool.git, root@localhost",
            "@alice and @bob.smith talked about numpy@1.26.4",
            "It was 2024-05-06 12:30:45, order 20240506-123456, build 1715000000000000",
            "version 1.22.333.4444 at 192.168.100.200:8080",
            "call 555-0123, or in films 212-555-0123 and +1 202-555-0147",
            "write it as 010-0000-0000, with AKIAIOSFODNN7EXAMPLE, user@example.com and 192.0.2.1",
            "3.14159265358979 and 0.1234567890123",
            "https://shop.kr/items/4111111111111112 costs 1,234,567,890 won",
            "4111 1111 1111 1112 fails its check",
            "0000 0000 0000 0000",
            f"{RESIDENT[:-1]}{(int(RESIDENT[-1]) + 1) % 10} fails its check",
            "991332-1234567 has no such day",
            "GB30 NWBK 6016 1331 9268 19 fails its check",
            "XX12 3456 7890 1234 5678 is no country",
            "the passport office opens at nine; take form 123456",
            "flight KE1234567, ticket M12345678",
            "steps: 1010-1234-56789 and 1010-1234-5678",
        ],
    )
    def test_what_only_looks_like_it_is_left_alone(self, text: str) -> None:
        assert find(text) == []

    def test_check_digits(self) -> None:
        assert luhn("4242424242424242")
        assert not luhn("4242424242424241")
        assert not is_account("DE" + "0" * (IBAN_LENGTHS["DE"] - 2))


HIDDEN = {
    "a\x1b[31mred": ["control"],
    "bell\x07": ["control"],
    "next\x85line": ["control"],
    "nonchar\ufdd0": ["control"],
    "acc\u202eess": ["bidi"],
    "iso\u2066late\u2069": ["bidi"],
    "pay\u200bpal": ["zero-width"],
    "soft\u00adhyphen": ["zero-width"],
    "mark\u200e": ["zero-width"],
    "join\u200der": ["zero-width"],
    "\ufeffbom": ["zero-width"],
    "이름\u3164": ["zero-width"],
    "hi\U000e0068\U000e0069": ["zero-width"],
    "😀\U000e0101\U000e0102": ["zero-width"],
}


class TestCharacters:
    @pytest.mark.parametrize("text", HIDDEN)
    def test_what_cannot_be_seen_is_found_and_taken_out(self, text: str) -> None:
        found = find(text)
        assert sorted({finding.kind for finding in found}) == HIDDEN[text]
        assert find(redacted(text, found)) == []

    @pytest.mark.parametrize(
        "text",
        [
            "tabs\tand\r\nlines",
            "naïve café, 한국어, 日本語, العربية, עברית",
            "\u200fשלום\u200f (with marks, in a text from right to left)",
            "👩\u200d👩\u200d👧 ❤️ 🏳️\u200d🌈",
            "🏴\U000e0067\U000e0062\U000e0073\U000e0063\U000e0074\U000e007f is Scotland's",
            "می\u200cخواهم",
            "क्\u200dष",
            "\u1112\u119e\u11ab, and \u115f\u119e: letters as of old",
        ],
    )
    def test_what_belongs_there_is_left_alone(self, text: str) -> None:
        assert find(text) == []


class TestRedacting:
    def test_what_overlaps_shares_a_marker(self) -> None:
        text = "password: " + "alice.kim99@acme.kr"
        found = find(text)
        assert len(found) == 2
        assert redacted(text, found).count("[") == 1
        assert "acme" not in redacted(text, found)

    def test_nothing_is_nothing(self) -> None:
        assert find("") == []
        assert redacted("as it was", []) == "as it was"


@pytest.mark.parametrize(
    "piece",
    ["a@", "a.", "0-", "1 ", "(212) ", "password: ", "eyJaaaaaaaa.", "://a:", "GB29 ", "\u200d", "\U000e0041",
     "비밀번호", "x_", "+1 ", "aws key ", "passport ", "api_", "z" * 40, "4111 ",
     "-----BEGIN PRIVATE " + "KEY-----\n" + "A" * 16],
)  # fmt: skip
def test_no_text_takes_long(piece: str) -> None:
    """Processor time grows with the text, and not with its square: four times as much takes far less than sixteen."""

    def took(size: int) -> float:
        text = piece * (size // len(piece))
        start = process_time()
        find(text)
        return process_time() - start

    took(10_000)
    assert min(took(200_000) for _ in range(2)) < 8 * max(min(took(50_000) for _ in range(2)), 0.005)


def test_what_is_found_is_never_in_a_message() -> None:
    for text in [*SECRETS.values(), *PERSONAL]:
        for finding in find(text):
            it = text[finding.start : finding.end]
            assert it not in finding.name
            assert it not in finding.marker


def test_letters_alone_are_no_finding() -> None:
    random = Random(9)
    for _ in range(2_000):
        words = (mixed(random.randint(1, 12), ascii_lowercase) for _ in range(random.randint(1, 30)))
        assert find(" ".join(words)) == []
