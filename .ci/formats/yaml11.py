"""Reads YAML back with PyYAML, which speaks YAML 1.1: every text must come back as the same text."""

import json
import os
import random
import subprocess
import sys

import yaml

BINARY = sys.argv[1]
WORDS = """y Y yes Yes YES n N no No NO true True TRUE false False FALSE on On ON off Off OFF ~ null Null NULL
.inf .Inf .INF -.inf +.INF .nan .NaN .NAN nan inf = << 0 -1 +1 1_000 1,000 0b1010 0o17 017 08 0x1F 1e3 1e+3 12e03 1.5 .5 1.
6.8523015e+5 685_230.15 12:30:00 12:30 190:20:30 190:20:30.15 2026-11-22 2026-11-22T05:00:00Z - ? : a: - -- --- ... :a
& * ! | > % @ ` ' " { } [ ] , # &a *a !a |a >a %a @a 'a "a {a [a #a !!int !!binary""".split()
WORDS += ["", " ", "2026-11-22 05:00:00", "a: b", "a #b", "- a", "? a", "a ", " a", "a\nb", "a\n", "\ta", "a\tb", "a\r\nb", "a\\nb"]
WORDS += [chr(code) for code in [0, 7, 27, 127, 0x85, 0x9B, 0xA0, 0xAD, 0x200B, 0x2028, 0x202E, 0x3164, 0xFEFF, 0xFFFE, 0xFFFF]]
WORDS += ["\U000e0041", "🙂", "上海", "\ufeffa", "a\ufeff", "a\x85b", "a\u2028b"]
ALPHABET = "aeExXobyYnNtTfF0123456789_-+.:,~=<>#&*!|'\"%@`{}[]? \n\t\\上\u202e\U0001f642"


def read_back(values, *arguments):
    """What a reader finds in the YAML that a query makes of values."""
    query = "`" + json.dumps(values).replace("`", "\\`") + "`"
    command = [BINARY, "--sandbox", "--quiet", "--output", "yaml", "--query", query, *arguments]
    output = subprocess.run(command, env={**os.environ, "HOME": "/nonexistent"}, capture_output=True, check=True).stdout
    hidden = [byte for byte in output if (byte < 32 and byte != 10) or byte == 127]
    assert not hidden, f"control characters in the output: {hidden}"
    return yaml.safe_load(output.decode())


def main():
    dice = random.Random(23)
    texts = WORDS + ["".join(dice.choices(ALPHABET, k=dice.randint(1, 8))) for _ in range(4000)]
    for start in range(0, len(texts), 500):
        part = texts[start : start + 500]
        found = read_back(part)
        assert found == part and [type(one) for one in found] == [str] * len(part), list(zip(part, found))
        keys = read_back({"keys": [{text: text} for text in part]})["keys"]
        assert keys == [{text: text} for text in part], list(zip(part, keys))
    nested = {"a": [], "b": {}, "c": [1, [2, [3, []]], {"x": {"y": [True, None]}, "z": 0.5}], "d" * 3000: {"e": 1e40}}
    assert read_back(nested) == nested
    command = [BINARY, "--sandbox", "--quiet", "all", "--members", "--output"]
    documents = [subprocess.run([*command, name], capture_output=True, check=True).stdout for name in ["yaml", "json"]]
    of_yaml, of_json = yaml.safe_load(documents[0]), json.loads(documents[1])
    for document in [of_yaml, of_json]:
        assert isinstance(document.pop("generated_at"), str)
        for balance in document["balances"]:
            assert isinstance(balance.pop("fetched_at"), str) and isinstance(balance.pop("request_id"), str)
        document["balances"].sort(key=lambda balance: (balance["account"], balance["sub_account_id"] or ""))
    assert of_yaml == of_json, (of_yaml, of_json)
    print(f"ok      {len(texts)} texts and a whole document are read back from YAML")


main()
