/// The table of states and inputs as a literal: the next state and the effects of each cell. A dash
/// changes nothing. The documentation of `DoorMachine` prints this text.
public enum DoorMachineTable {
  /// One cell a line, below a heading.
  public static let text = """
    state       input    leads to     does
    secured     release  released     unlock
    secured     exit     leaving      unlock
    secured     secure   -            -
    secured     open     forcedOpen   leafOpen raise:forcedOpen
    secured     close    -            -
    secured     latch    latched      unlock
    secured     unlatch  -            -
    released    release  released     -
    released    exit     leaving      -
    released    secure   secured      lock
    released    open     passing      leafOpen
    released    close    -            -
    released    latch    latched      -
    released    unlatch  -            -
    leaving     release  leaving      -
    leaving     exit     leaving      -
    leaving     secure   -            -
    leaving     open     passingOut   leafOpen
    leaving     close    -            -
    leaving     latch    latched      -
    leaving     unlatch  -            -
    passing     release  passing      -
    passing     exit     passingOut   -
    passing     secure   open         lock
    passing     open     -            -
    passing     close    secured      leafClosed lock
    passing     latch    latchedOpen  -
    passing     unlatch  -            -
    passingOut  release  passingOut   -
    passingOut  exit     passingOut   -
    passingOut  secure   -            -
    passingOut  open     -            -
    passingOut  close    secured      leafClosed lock
    passingOut  latch    latchedOpen  -
    passingOut  unlatch  -            -
    open        release  passing      unlock
    open        exit     passingOut   unlock
    open        secure   -            -
    open        open     -            -
    open        close    secured      leafClosed
    open        latch    latchedOpen  unlock
    open        unlatch  -            -
    warned      release  passing      clear:heldOpenWarning unlock
    warned      exit     passingOut   clear:heldOpenWarning unlock
    warned      secure   -            -
    warned      open     -            -
    warned      close    secured      leafClosed clear:heldOpenWarning
    warned      latch    latchedOpen  clear:heldOpenWarning unlock
    warned      unlatch  -            -
    heldOpen    release  passing      clear:heldOpen unlock
    heldOpen    exit     passingOut   clear:heldOpen unlock
    heldOpen    secure   -            -
    heldOpen    open     -            -
    heldOpen    close    secured      leafClosed clear:heldOpen
    heldOpen    latch    latchedOpen  clear:heldOpen unlock
    heldOpen    unlatch  -            -
    forcedOpen  release  passing      clear:forcedOpen unlock
    forcedOpen  exit     passingOut   clear:forcedOpen unlock
    forcedOpen  secure   -            -
    forcedOpen  open     -            -
    forcedOpen  close    secured      leafClosed clear:forcedOpen
    forcedOpen  latch    latchedOpen  clear:forcedOpen unlock
    forcedOpen  unlatch  -            -
    latched     release  -            -
    latched     exit     -            -
    latched     secure   -            -
    latched     open     latchedOpen  leafOpen
    latched     close    -            -
    latched     latch    -            -
    latched     unlatch  secured      lock
    latchedOpen release  -            -
    latchedOpen exit     -            -
    latchedOpen secure   -            -
    latchedOpen open     -            -
    latchedOpen close    latched      leafClosed
    latchedOpen latch    -            -
    latchedOpen unlatch  open         lock
    """

  /// What one input does in one state.
  public struct Cell: Sendable, CustomStringConvertible {
    public var from: String
    public var input: String
    /// Nil: no field of the state changes.
    public var to: String?
    public var effects: [String]
    public var description: String { "\(from) + \(input)" }
  }

  /// Every cell of the text.
  public static let cells: [Cell] = text.split(separator: "\n").dropFirst().map { line in
    let words = line.split(separator: " ").map(String.init)
    return Cell(
      from: words[0], input: words[1], to: words[2] == "-" ? nil : words[2],
      effects: words.dropFirst(3).filter { $0 != "-" })
  }
}
