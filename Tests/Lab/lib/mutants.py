"""Finds places in Swift sources where one token can be changed, and makes the changes.

All changes of a package are planted at once, each behind a switch, so that one build is enough:
`a < b` becomes `a <~% b`, a new operator that compares like the original unless the environment
variable names its number. The same switches tell which changes a test comes by at all.
"""
import re

VARIABLE = "POSTERN_MUTANT"
# In place of a number: no change is made, and the file that the second variable names gets a 1 at
# the number of each change whose switch was asked.
RECORD = -1
RECORD_FILE = "POSTERN_REACHED"

# Each pattern and its replacement. A list or a text loses what is added to it, for + and +=.
SWAPS = [
    (r" < ", " <= "), (r" <= ", " < "), (r" > ", " >= "), (r" >= ", " > "),
    (r" == ", " != "), (r" != ", " == "), (r" && ", " || "), (r" \|\| ", " && "),
    (r"(?<=[\w)\]]) \+ (?=[\w(])", " - "), (r"(?<=[\w)\]]) - (?=[\w(])", " + "),
    (r" \+= ", " -= "), (r" -= ", " += "),
    (r"\btrue\b", "false"), (r"\bfalse\b", "true"), (r"\bmin\(", "max("), (r"\bmax\(", "min("),
    (r"\.\.<", "..."), (r"(?<![.\w])!(?=[\w(])", ""), (r"\.isEmpty\b", ".isEmpty == false"),
]

# Precedence, generic parameters, parameters, result, sound and changed body.
COMPARES = ("ComparisonPrecedence", "<T: Comparable>(a: T, b: T) -> Bool")
EQUATES = ("ComparisonPrecedence", "<T: Equatable>(a: T, b: T) -> Bool")
ADDS = ("AdditionPrecedence", "<T: AdditiveArithmetic>(a: T, b: T) -> T")
ASSIGNS = ("AssignmentPrecedence", "<T: AdditiveArithmetic>(a: inout T, b: T)")
OPERATORS = {
    "<": COMPARES, "<=": COMPARES, ">": COMPARES, ">=": COMPARES, "==": EQUATES, "!=": EQUATES,
    "+": ADDS, "-": ADDS, "+=": ASSIGNS, "-=": ASSIGNS,
    "&&": ("LogicalConjunctionPrecedence", None), "||": ("LogicalDisjunctionPrecedence", None),
}

BASE = """import Glibc

/// The number of the change that is made in this run; 0 for none, RECORD to note what is reached.
public let planted: Int = getenv("VARIABLE").flatMap { Int(String(cString: $0)) } ?? 0

private nonisolated(unsafe) let reached: UnsafeMutablePointer<UInt8> = {
  let file = open(getenv("FILE"), O_RDWR)
  let bytes = mmap(nil, SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0)!
  return bytes.assumingMemoryBound(to: UInt8.self)
}()

@inline(never) public func noted(_ number: Int) -> Bool {
  reached[number] = 1
  return false
}

@inlinable public func isPlanted(_ number: Int) -> Bool {
  planted == number || (planted == RECORD && noted(number))
}
@inlinable public func chosen<T>(_ number: Int, _ sound: T, _ changed: T) -> T {
  isPlanted(number) ? changed : sound
}
@inlinable public func least<T: Comparable>(_ number: Int, _ a: T, _ b: T) -> T {
  isPlanted(number) ? max(a, b) : min(a, b)
}
@inlinable public func greatest<T: Comparable>(_ number: Int, _ a: T, _ b: T) -> T {
  isPlanted(number) ? min(a, b) : max(a, b)
}
extension Sequence {
  @inlinable public func leastOf(
    _ number: Int, by precedes: (Element, Element) throws -> Bool
  ) rethrows -> Element? {
    isPlanted(number) ? try self.max(by: precedes) : try self.min(by: precedes)
  }
  @inlinable public func greatestOf(
    _ number: Int, by precedes: (Element, Element) throws -> Bool
  ) rethrows -> Element? {
    isPlanted(number) ? try self.min(by: precedes) : try self.max(by: precedes)
  }
}
extension Sequence where Element: Comparable {
  @inlinable public func leastOf(_ number: Int) -> Element? { leastOf(number, by: <) }
  @inlinable public func greatestOf(_ number: Int) -> Element? { greatestOf(number, by: <) }
}
extension Bool {
  @inlinable public func turned(_ number: Int) -> Bool { isPlanted(number) ? !self : self }
}
"""


class Change:
    """One token of one line, with the line as it would read, and how it is planted."""

    def __init__(self, path, line, old, new, what):
        self.path, self.line, self.old, self.new, self.what = path, line, old, new, what
        self.kind = self.number = None
        # Whether it stands in the pattern of a case.
        self.in_pattern = False
        # Gives for a number the pieces (start, end, text) of the line and a declaration; nil when
        # it can only be made in the text.
        self.plant = None

    def key(self):
        return [self.path.name, self.old, self.new]


def strip(line):
    """The code of a line: no comment, and texts blanked to their own length."""
    line = re.sub(r'"(\\.|[^"\\])*"', lambda m: '"' + "_" * (len(m.group()) - 2) + '"', line)
    return line.split("//")[0]


def changes_of(path):
    found = []
    in_text = False
    for number, line in enumerate(path.read_text().splitlines()):
        if line.count('"""') == 1:
            in_text = not in_text
            continue
        if in_text or line.lstrip().startswith(("///", "//", "import ", "public import", "@")):
            continue
        code = strip(line)

        def add(start, end, new, what):
            found.append(Change(path, number, line, line[:start] + new + line[end:], what))
            return found[-1]

        for pattern, new in SWAPS:
            for match in re.finditer(pattern, code):
                if re.search(r"\bfunc\b|->|: *ClosedRange|operator", code) and "<" in pattern:
                    continue
                # The declaration of an operator.
                if code[:match.start()].endswith("func"):
                    continue
                change = add(match.start(), match.end(), new,
                             f"{match.group().strip()} for {new.strip() or 'nothing'}")
                change.plant = swap(match, code, new)
        for match in re.finditer(r"(?<![\w.$])(\d[\d_]*)(?![\w.])", code):
            more = int(match.group().replace("_", "")) + 1
            change = add(match.start(), match.end(), str(more), f"{match.group()} one more")
            change.plant = choice(match, match.group(), more)
        # A condition of several dropped.
        match = re.match(r"^(\s*)(guard|if|else if) (.+?)(, )(?=\S)", code)
        if match and is_condition(match.group(3)):
            change = add(match.start(3), match.end(4), "", "condition dropped")
            change.plant = around(
                match.start(3), match.end(3), "(isPlanted({n}) ? true : (", "))")
        # An effect left out: a statement of its own, or all that stands in braces or after a case.
        match = re.search(
            r"^(\s*|.*[{:] )\b(?:effects|wishes)(?: = .+?|\.append\(.+?\))(?= }$|$)", code.rstrip())
        if match and not code.rstrip().endswith(("(", "[", "{")):
            change = add(match.end(1), match.end(), "_ = 0", "effect left out")
            change.plant = around(match.end(1), match.end(), "if !isPlanted({n}) {{ ", " }}")
        match = re.match(r"^\s*return \[\.(.+)\]$", code)
        if match:
            start = line.index("[")
            change = add(start, len(line), "[]", "effect left out")
            change.plant = around(start, start, "isPlanted({n}) ? [] : ", "")
    for change in found:
        change.in_pattern = stands_in_pattern(change)
    return found


def is_condition(text):
    """False for what only names something, and for half of a call."""
    return (not re.search(r"\b(let|var|case) ", text) and text.count("(") == text.count(")")
            and text.count("{") == text.count("}") and text.count("[") == text.count("]"))


def stands_in_pattern(change):
    """Whether it is within the pattern of a case. What compiles there only as a literal was needed
    for all cases to be there, and so was what it would be changed from."""
    code = strip(change.old)
    ends = [match.end() for match in re.finditer(r":(?= |$)", code)
            if code[:match.start()].count("(") == code[:match.start()].count(")")]
    end = ends[0] - 1 if ends else -1
    same = [a == b for a, b in zip(change.old, change.new)] + [False]
    return code.lstrip().startswith("case ") and (end < 0 or same.index(False) < end)


def around(start, end, before, after):
    def plant(n):
        pieces = [(start, start, before.format(n=n))]
        if after:
            pieces.append((end, end, after.format(n=n)))
        return pieces, ""
    return plant


def choice(match, sound, changed):
    return lambda n: ([(*match.span(), f"chosen({n}, {sound}, {changed})")], "")


def swap(match, code, new):
    token = match.group().strip()
    if token in ("true", "false"):
        return choice(match, token, new)
    if token in ("min(", "max("):
        name = "least" if token == "min(" else "greatest"
        if code[:match.start()].endswith("."):
            name += "Of"
        comma = "" if code[match.end():].startswith(")") else ", "
        return lambda n: ([(*match.span(), f"{name}({n}{comma}")], "")
    if token == ".isEmpty":
        return lambda n: ([(*match.span(), f".isEmpty.turned({n})")], "")
    after = code[match.end():]

    def plant(n):
        # Of characters that an operator may have: the number in binary.
        name = f"{token}~" + f"{n:b}".replace("0", "%").replace("1", "^")
        test = f"isPlanted({n})"
        if token == "!":
            declared = (f"prefix operator {name}\n@inlinable public prefix func {name} (a: Bool)"
                        f" -> Bool {{ {test} ? a : !a }}\n")
            return [(*match.span(), name)], declared
        if token == "..<":
            declared = (
                f"infix operator {name} : RangeFormationPrecedence\n@inlinable public func {name} "
                "<T: Strideable>(a: T, b: T) -> Range<T> where T.Stride: SignedInteger "
                f"{{ a..<({test} ? b.advanced(by: 1) : b) }}\n")
            return [(*match.span(), name)], declared
        kind = OPERATORS[token]
        precedence, head = kind
        declared = f"infix operator {name} : {precedence}\n@inlinable public func {name} "
        other = new.strip()
        if head is None:
            declared += (
                "(a: Bool, b: @autoclosure () throws -> Bool) rethrows -> Bool "
                f"{{ {test} ? try a {other} b() : try a {token} b() }}\n")
        elif kind is EQUATES and re.match(r"nil\b", after):
            declared += ("<T>(a: T?, b: _OptionalNilComparisonType) -> Bool "
                         f"{{ {test} ? a {other} nil : a {token} nil }}\n")
        elif kind is ASSIGNS:
            declared += f"{head} {{ if {test} {{ a {other} b }} else {{ a {token} b }} }}\n"
            if token == "+=":
                declared += (
                    f"@inlinable public func {name} <C: RangeReplaceableCollection, S: Sequence>"
                    "(a: inout C, b: S) where C.Element == S.Element "
                    f"{{ if !{test} {{ a += b }} }}\n")
        else:
            declared += f"{head} {{ {test} ? a {other} b : a {token} b }}\n"
            if token == "+":
                declared += (
                    f"@inlinable public func {name} <C: RangeReplaceableCollection>"
                    f"(a: C, b: C) -> C {{ {test} ? a : a + b }}\n")
            if kind is COMPARES:
                declared += (
                    f"@inlinable public func {name} <A: Comparable, B: Comparable>"
                    "(a: (A, B), b: (A, B)) -> Bool "
                    f"{{ {test} ? a {other} b : a {token} b }}\n"
                    f"@inlinable public func {name} <A: Comparable, B: Comparable, C: Comparable>"
                    "(a: (A, B, C), b: (A, B, C)) -> Bool "
                    f"{{ {test} ? a {other} b : a {token} b }}\n")
        return [(*match.span(), f" {name} ")], declared

    return plant


def switches(changes):
    """The source of the module that the planted changes use."""
    words = {"VARIABLE": VARIABLE, "FILE": RECORD_FILE, "RECORD": str(RECORD),
             "SIZE": str(record_size(changes))}
    base = re.sub("|".join(words), lambda match: words[match.group()], BASE)
    return base + "".join(change.plant(change.number)[1] for change in changes)


def record_size(changes):
    return max((change.number for change in changes), default=0) + 1


def planted(text, changes):
    """A source with all these changes of it behind their switches."""
    lines = text.splitlines()
    by_line = {}
    for change in changes:
        by_line.setdefault(change.line, []).append(change)
    for number, those in by_line.items():
        pieces = [piece for change in those for piece in change.plant(change.number)[0]]
        # From the right; what only goes in comes before what stands at the same place.
        for start, end, new in sorted(pieces, key=lambda p: (p[0], p[1] > p[0]), reverse=True):
            lines[number] = lines[number][:start] + new + lines[number][end:]
    # On the first line, so that the compiler's line numbers stay.
    return "public import Mutants; " + "\n".join(lines) + "\n"
