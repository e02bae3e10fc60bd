"""A second verifier of histories, written from docs/history-proof-spec.md, with gmssl's SM2 and SM3."""

import base64
import binascii
import re
from dataclasses import dataclass
from datetime import datetime

from gmssl import func, sm2, sm3

TYPE = b"\xfftongban/sm2-sm3@v1"
USER = b"1234567812345678"
CURVE = sm2.default_ecc_table
ORDER, PRIME = int(CURVE["n"], 16), int(CURVE["p"], 16)
LONGEST_NOTE, LONGEST_PATH = 65_536, 64


class Refused(Exception):
    """It is not what the specification says, or does not hold."""


def require(holds, why):
    if not holds:
        raise Refused(why)


def digest(*parts):
    return bytes.fromhex(sm3.sm3_hash(func.bytes_to_list(b"".join(parts))))


def leaf(event_hash):
    return digest(b"\x00", event_hash)


def node(left, right):
    return digest(b"\x01", left, right)


def unbase64(text):
    try:
        read = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise Refused("not base64") from error
    require(base64.b64encode(read).decode() == text, "base64 in another way of writing")
    return read


def hash_of(text):
    read = unbase64(text)
    require(len(read) == 32, "a hash has 32 bytes")
    return read


def decimal(text):
    require(re.fullmatch("0|[1-9][0-9]*", text) and int(text) < 2**64, "not a decimal")
    return int(text)


def time(text):
    require(re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z", text, re.ASCII), "not a time")
    try:
        return datetime.fromisoformat(text)
    except ValueError as error:
        raise Refused("no such time") from error


class Key:
    def __init__(self, vkey):
        parts = vkey.split("+", 2)
        require(len(parts) == 3, "a verifier key has three parts")
        self.name, key_id, key = parts[0], parts[1], unbase64(parts[2])
        require(self.name and not re.search(r"\s", self.name), "not a name")
        require(key.startswith(TYPE), "another signature type")
        self.point = key[len(TYPE) :]
        require(len(self.point) == 65 and self.point[0] == 4, "not an uncompressed point")
        x, y = (int.from_bytes(part) for part in (self.point[1:33], self.point[33:]))
        a, b = int(CURVE["a"], 16), int(CURVE["b"], 16)
        require(x < PRIME and y < PRIME and (y * y - x**3 - a * x - b) % PRIME == 0, "not on the curve")
        self.id = digest(self.name.encode(), b"\n", TYPE, self.point)[:4]
        require(self.id.hex() == key_id, "the key id is another key's")
        self.engine = sm2.CryptSM2(private_key="", public_key="")
        # Its constructor takes more digits off than the leading 04.
        self.engine.public_key = self.point[1:].hex()

    def verify(self, text, signature):
        require(len(signature) == 64, "a signature has 64 bytes")
        r, s = int.from_bytes(signature[:32]), int.from_bytes(signature[32:])
        require(0 < r < ORDER and 0 < s < ORDER, "a signature out of range")
        curve = b"".join(bytes.fromhex(CURVE[name]) for name in ("a", "b", "g"))
        z = digest((len(USER) * 8).to_bytes(2), USER, curve, self.point[1:])
        require(self.engine.verify(signature.hex(), digest(z, text)), "the signature does not hold")


def keys(published):
    """The keys of `GET /<service>/v1/history/keys`."""
    read = [Key(key["vkey"]) for key in published["keys"]]
    require(all(key.name == published["origin"] for key in read), "a key with another name")
    return read


def check_characters(text):
    require(not re.search("[\x00-\x09\x0b-\x1f]", text), "control characters")


def open_note(note, known):
    require(len(note.encode()) <= LONGEST_NOTE, "too long")
    check_characters(note)
    before, gap, lines = note.rpartition("\n\n")
    require(gap and lines and lines.endswith("\n"), "no signature lines")
    text, signed_by, seen = before + "\n", None, set()
    for line in lines[:-1].split("\n"):
        require(line.startswith("— ") and line[2:].count(" ") == 1, "not a signature line")
        name, signature = line[2:].split(" ")
        signature = unbase64(signature)
        require(len(signature) >= 4, "no key id")
        require((name, signature[:4]) not in seen, "two signatures by one key")
        seen.add((name, signature[:4]))
        for key in known:
            if (key.name, key.id) == (name, signature[:4]):
                key.verify(text.encode(), signature[4:])
                signed_by = key
    require(signed_by, "no known key signed")
    return text, signed_by


@dataclass
class Checkpoint:
    origin: str
    size: int
    root: bytes
    at: datetime


def open_checkpoint(note, known):
    text, key = open_note(note, known)
    lines = text.split("\n")
    require(len(lines) == 5 and lines[4] == "" and lines[3].startswith("time "), "not a checkpoint")
    read = Checkpoint(lines[0], decimal(lines[1]), hash_of(lines[2]), time(lines[3][5:]))
    require(read.origin == key.name, "another log's key")
    return read


def event_hash(text):
    require(re.fullmatch("[0-9a-f]{64}", text), "not a hash in hex")
    return bytes.fromhex(text)


def values(lines, names):
    """The values of lines that begin with these names, in this order."""
    require(len(lines) >= len(names), "too few lines")
    found = []
    for line, name in zip(lines, names, strict=False):
        require(line.startswith(name + " ") and len(line) > len(name) + 1, f"no {name}")
        found.append(line[len(name) + 1 :])
    return found


def open_receipt(note, known):
    text, key = open_note(note, known)
    lines = text.split("\n")
    require(len(lines) == 8 and lines[7] == "" and lines[0] == "tongban/receipt@v1", "not a receipt")
    names = ("origin", "case", "event", "hash", "time", "proof")
    receipt = dict(zip(names, values(lines[1:7], names), strict=True))
    require(receipt["origin"] == key.name, "another log's key")
    receipt["hash"] = event_hash(receipt["hash"])
    receipt["time"] = time(receipt["time"])
    return receipt


def path(lines):
    require(len(lines) <= LONGEST_PATH, "too long a path")
    return [hash_of(line) for line in lines]


def verify_inclusion(text, known, receipt=None):
    check_characters(text)
    head, gap, note = text.partition("\n\n")
    lines = head.split("\n")
    require(gap and lines[0] == "tongban/tlog-proof-sm3@v1", "not an inclusion proof")
    event, hashed, index = values(lines[1:4], ("event", "hash", "index"))
    hashed, index, proof = event_hash(hashed), decimal(index), path(lines[4:])
    checkpoint = open_checkpoint(note, known)
    require(index < checkpoint.size, "no such index")
    i, last, h = index, checkpoint.size - 1, leaf(hashed)
    for p in proof:
        require(last > 0, "too long a proof")
        if i % 2 or i == last:
            h = node(p, h)
            while i % 2 == 0 and i:
                i, last = i // 2, last // 2
        else:
            h = node(h, p)
        i, last = i // 2, last // 2
    require(last == 0 and h == checkpoint.root, "does not lead to the root")
    if receipt:
        same = (receipt["origin"], receipt["event"], receipt["hash"]) == (checkpoint.origin, event, hashed)
        require(same, "another event's receipt")
    return checkpoint


def verify_consistency(text, known):
    check_characters(text)
    parts = text.split("\n\n")
    require(len(parts) == 5, "not five parts")
    lines = parts[0].split("\n")
    require(lines[0] == "tongban/tlog-consistency-sm3@v1", "not a consistency proof")
    proof = path(lines[1:])
    earlier = open_checkpoint(f"{parts[1]}\n\n{parts[2]}\n", known)
    later = open_checkpoint(f"{parts[3]}\n\n{parts[4]}", known)
    require(earlier.origin == later.origin, "different logs")
    m, n = earlier.size, later.size
    require(0 < m <= n, "the wrong order")
    if m == n:
        require(not proof and earlier.root == later.root, "different roots of one size")
        return earlier, later
    if m & (m - 1) == 0:
        proof.insert(0, earlier.root)
    require(proof, "too short a proof")
    i, last = m - 1, n - 1
    while i % 2:
        i, last = i // 2, last // 2
    a = b = proof[0]
    for p in proof[1:]:
        require(last > 0, "too long a proof")
        if i % 2 or i == last:
            a, b = node(p, a), node(p, b)
            while i % 2 == 0 and i:
                i, last = i // 2, last // 2
        else:
            b = node(b, p)
        i, last = i // 2, last // 2
    require(last == 0 and a == earlier.root and b == later.root, "does not lead to the roots")
    return earlier, later
