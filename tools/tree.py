"""What the checks share: which files are ours, and a text without its comments and strings."""
import re

FOLDERS = ("include", "src", "examples", "tests", "bench")
NOT_CODE = re.compile(r'//[^\n]*|/\*.*?\*/|"(?:\\.|[^"\\\n])*"', re.S)


def sources(root, folders=FOLDERS):
    """The C++ files below `root`, as (path from root, text), sorted."""
    for folder in folders:
        for file in sorted((root / folder).rglob("*")):
            if file.suffix in {".hpp", ".cpp"}:
                yield file.relative_to(root).as_posix(), file.read_text()


def code_only(text):
    """The text with comments and strings blanked out, its lines where they were."""
    return NOT_CODE.sub(lambda match: re.sub(r"[^\n]", " ", match[0]), text)


def line_of(text, offset):
    return text.count("\n", 0, offset) + 1


def report(found):
    """Prints one line for each finding; the exit status says whether there was any."""
    found = list(found)
    for line in found:
        print(line)
    return 1 if found else 0
