"""What opens a door: keys of services, private keys, tokens, passwords."""

from __future__ import annotations

from greeum.detection.rules import Rule, is_random

MARKER = "[secret]"


def vendor(name: str, hints: str, pattern: str, source: str) -> Rule:
    """A key that its vendor begins in a manner of its own. `hints` are parted by spaces."""
    return Rule(
        name,
        MARKER,
        hints.split(),
        rf"(?<![A-Za-z0-9_\-])(?:{pattern})(?![A-Za-z0-9_\-])",
        source=source,
        check=is_random,
    )


def is_own_key(text: str) -> bool:
    from greeum.control.keys import id_in

    return id_in(text) is not None


def is_token(text: str) -> bool:
    """Whether the first part of a JSON Web Token says how it is signed."""
    from base64 import urlsafe_b64decode
    from json import loads

    head = text.partition(".")[0]
    try:
        said = loads(urlsafe_b64decode(head + "=" * (-len(head) % 4)))
    except ValueError:
        return False
    return isinstance(said, dict) and "alg" in said


def is_password(text: str) -> bool:
    """Whether it can only be one: a plain word may be the next of the sentence, and what has brackets is code."""
    bare = text.strip("\"'`")
    mixed = any(c.isdigit() for c in bare) and any(c.isalpha() or c in "!@#$%^&*?~+=-" for c in bare)
    return len(bare) >= 6 and mixed and is_random(bare) and not looks_like_code(bare)


def looks_like_code(text: str) -> bool:
    return any(c in "()[]{}<>\\" for c in text) or "://" in text or text.startswith(("$", "%", "@", "#", "/", "."))


def is_password_in_address(text: str) -> bool:
    return len(text) >= 3 and is_random(text) and text.lower() not in ("password", "pass", "secret", "pwd", "passwd")


def is_spoken_password(text: str) -> bool:
    """Korean says it without a colon. Four digits are one, and so is what is mixed."""
    return len(text) >= 4 and any(c.isdigit() for c in text)


RULES = (
    vendor(
        "AWS access key", "AKIA ASIA ABIA ACCA", "(?:AKIA|ASIA|ABIA|ACCA)[A-Z2-7]{16}", "AWS IAM: unique identifiers"
    ),
    Rule(
        "AWS secret key",
        MARKER,
        ("aws", "AWS"),
        r"(?i)aws.{0,24}?(?:secret|key).{0,24}?[\"'=: ](?P<it>[A-Za-z0-9/+]{40})(?![A-Za-z0-9/+=])",
        source="AWS IAM: access keys are 20 and 40 characters",
        check=is_random,
    ),
    vendor(
        "GitHub token",
        "ghp_ gho_ ghu_ ghs_ ghr_",
        "gh[pousr]_[A-Za-z0-9]{36,255}",
        "GitHub: authentication token formats",
    ),
    vendor("GitHub token", "github_pat_", "github_pat_[A-Za-z0-9]{22}_[A-Za-z0-9]{59}", "GitHub: fine-grained tokens"),
    vendor("GitLab token", "glpat- gldt- glrt-", r"gl(?:pat|dt|rt)-[A-Za-z0-9_\-]{20,64}", "GitLab: token prefixes"),
    vendor("npm token", "npm_", "npm_[A-Za-z0-9]{36}", "GitHub: npm's token format"),
    vendor(
        "Python package index token",
        "pypi-AgE",
        r"pypi-AgE[A-Za-z0-9_\-]{50,512}",
        "PEP 458 era macaroons: base64 of their head",
    ),
    vendor(
        "OpenAI key",
        "sk-proj- sk-svcacct- sk-admin-",
        r"sk-(?:proj|svcacct|admin)-[A-Za-z0-9_\-]{40,256}",
        "OpenAI: API keys",
    ),
    vendor(
        "OpenAI key",
        "T3BlbkFJ",
        "sk-[A-Za-z0-9]{20}T3BlbkFJ[A-Za-z0-9]{20}",
        "OpenAI: older keys hold base64 of its name",
    ),
    vendor("Anthropic key", "sk-ant-", r"sk-ant-[a-z]{3,8}[0-9]{2}-[A-Za-z0-9_\-]{80,128}", "Anthropic: API keys"),
    vendor("OpenRouter key", "sk-or-", "sk-or-v1-[0-9a-f]{64}", "OpenRouter: API keys"),
    vendor("Google key", "AIza", r"AIza[A-Za-z0-9_\-]{35}", "Google Cloud: API keys"),
    vendor("Google client secret", "GOCSPX-", r"GOCSPX-[A-Za-z0-9_\-]{28}", "Google identity: OAuth clients"),
    vendor("Google token", "ya29.", r"ya29\.[A-Za-z0-9_\-]{30,1024}", "Google identity: access tokens"),
    vendor(
        "Slack token",
        "xox xapp-",
        r"(?:xox[abeoprs]|xapp)-[0-9A-Za-z]{1,14}-[A-Za-z0-9\-]{20,200}",
        "Slack: token types",
    ),
    Rule(
        "Slack webhook",
        MARKER,
        ("hooks.slack.com",),
        r"https://hooks\.slack\.com/services/T[A-Z0-9]{8,12}/B[A-Z0-9]{8,12}/[A-Za-z0-9]{24}",
        source="Slack: incoming webhooks",
    ),
    vendor(
        "Stripe key",
        "sk_live_ sk_test_ rk_live_ rk_test_",
        "[sr]k_(?:live|test)_[A-Za-z0-9]{16,247}",
        "Stripe: API keys",
    ),
    vendor("Stripe webhook secret", "whsec_", "whsec_[A-Za-z0-9+/]{24,64}", "Stripe: webhook signatures"),
    vendor("SendGrid key", "SG.", r"SG\.[A-Za-z0-9_\-]{22}\.[A-Za-z0-9_\-]{43}", "SendGrid: API keys"),
    vendor("Hugging Face token", "hf_", "hf_[A-Za-z]{34}", "Hugging Face: user access tokens"),
    vendor("DigitalOcean token", "dop_v1_ doo_v1_", "do[op]_v1_[0-9a-f]{64}", "DigitalOcean: token prefixes"),
    vendor(
        "Shopify token", "shpat_ shpca_ shppa_ shpss_", "shp(?:at|ca|pa|ss)_[0-9a-fA-F]{32}", "Shopify: access tokens"
    ),
    vendor("Vault token", "hvs. hvb.", r"hv[sb]\.[A-Za-z0-9_\-]{24,300}", "HashiCorp Vault: token prefixes"),
    vendor("Telegram bot token", ":AA", r"[0-9]{8,10}:AA[A-Za-z0-9_\-]{33}", "Telegram: bot API"),
    vendor("Linear key", "lin_api_", "lin_api_[A-Za-z0-9]{40}", "Linear: API keys"),
    vendor("Docker token", "dckr_pat_", r"dckr_pat_[A-Za-z0-9_\-]{27}", "Docker Hub: access tokens"),
    vendor(
        "age key", "AGE-SECRET-KEY-1", "AGE-SECRET-KEY-1[QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L]{58}", "age: Bech32 (BIP 173)"
    ),
    Rule(
        "Greeum key", MARKER, ("gk_",), r"gk_[A-Za-z0-9_]{61}", source="greeum.control.keys: a CRC-32", check=is_own_key
    ),
    Rule(
        "JSON Web Token",
        MARKER,
        ("eyJ",),
        r"(?<![A-Za-z0-9_\-.])eyJ[A-Za-z0-9_\-]{8,2048}\.eyJ[A-Za-z0-9_\-]{8,8192}\.[A-Za-z0-9_\-]{16,2048}",
        source="RFC 7519",
        check=is_token,
    ),
    Rule(
        "private key",
        MARKER,
        ("PRIVATE KEY",),
        r"-----BEGIN (?:[A-Z0-9]{2,12} ){0,3}PRIVATE KEY(?: BLOCK)?-----\s+[A-Za-z0-9+/=]{16}[\s\S]{0,20000}?"
        r"(?:-----END (?:[A-Z0-9]{2,12} ){0,3}PRIVATE KEY(?: BLOCK)?-----|\Z)",
        source="RFC 7468, RFC 9580",
    ),
    Rule(
        "password in an address",
        MARKER,
        ("://",),
        r"[a-z][a-z0-9+.\-]{1,20}://[^\s:/@\"'<>]{1,64}:(?P<it>[^\s:/@\"'<>{}$]{3,128})@[\w.\-]{1,253}",
        source="RFC 3986, 3.2.1",
        check=is_password_in_address,
    ),
)
"""Those that are told by how they look."""

WORDS = ("pass", "pwd", "secret", "token", "key", "pin")
KOREAN_WORDS = ("비밀번호", "비번", "패스워드")

NAMED = Rule(
    "password",
    MARKER,
    WORDS,
    r"(?i)(?<![a-z0-9])(?:[a-z0-9]{1,20}[_\-]){0,3}"
    r"(?:pass(?:word|wd|phrase|code)|pwd|api[ _\-]?key|secret[ _\-]?key|(?:access|auth|api)[ _\-]?token"
    r"|client[ _\-]?secret)[\"']?(?: ?[:=] ?| is:? )"
    r"(?P<it>\"[^\"\s]{6,128}\"|'[^'\s]{6,128}'|`[^`\s]{6,128}`|[^\s\"'`,;]{6,128}(?<![.!?)]))",
    source="how people write them",
    check=is_password,
)
"""Those that are told by what is said of them."""

SPOKEN = Rule(
    "password",
    MARKER,
    KOREAN_WORDS,
    r"(?:비밀번호|비번|패스워드)(?:는|은|가|이)?\s{0,2}[:=]?\s{0,2}[\"']?(?P<it>[A-Za-z0-9!@#$%^&*_+\-]{4,64})",
    source="how people say them in Korean",
    check=is_spoken_password,
)
