"""Peer of the artifact upload: reads a file, hashes it with SHA-256, writes it and flushes it to the disk."""
import hashlib
import os
import platform
import sys
import time

source, target = sys.argv[1], sys.argv[2]
print("ready", "python", platform.python_version(), flush=True)
for line in sys.stdin:
    if line.strip() != "go":
        break
    started = time.perf_counter()
    digest = hashlib.sha256()
    with open(source, "rb", buffering=0) as read, open(target, "wb", buffering=0) as write:
        while block := read.read(1 << 20):
            digest.update(block)
            write.write(block)
        os.fsync(write.fileno())
    seconds = time.perf_counter() - started
    os.remove(target)
    print(seconds, flush=True)
