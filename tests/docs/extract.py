"""Writes the program of a page of the documentation to a file.

usage: extract.py PAGE FILE [WITHOUT]

WITHOUT is part of the one line that is left out.
"""

import re
import sys
from pathlib import Path


def main():
    page, file, without = sys.argv[1], sys.argv[2], sys.argv[3:]
    blocks = re.findall(r"^```cpp\n(.*?)^```$", Path(page).read_text(encoding="utf-8"), re.M | re.S)
    program, = (block for block in blocks if "int main(" in block)
    for words in without:
        gone, = (line for line in program.splitlines() if words in line)
        program = program.replace(gone, "")
    Path(file).write_text(program, encoding="utf-8")


if __name__ == "__main__":
    main()
