/// The table of states and inputs as a literal: the next state and the effects of each cell. A dash
/// changes nothing. The documentation of `DoorMachine` prints this text.
public enum DoorMachineTable {
  /// One cell a line, below a heading.
  public static let text = """
    state               input    leads to            does
    secured             release  released            unlock
    secured             exit     asking              unlock
    secured             exitEnds -                   -
    secured             secure   -                   -
    secured             open     unexplained         leafOpen
    secured             close    -                   -
    secured             latch    latched             unlock
    secured             unlatch  -                   -
    released            release  released            -
    released            exit     asking              -
    released            exitEnds -                   -
    released            secure   secured             lock
    released            open     passing             leafOpen
    released            close    -                   -
    released            latch    latched             -
    released            unlatch  -                   -
    asking              release  asking              -
    asking              exit     -                   -
    asking              exitEnds leaving             -
    asking              secure   -                   -
    asking              open     askingOpen          leafOpen
    asking              close    -                   -
    asking              latch    latched+asking      -
    asking              unlatch  -                   -
    leaving             release  leaving             -
    leaving             exit     asking              -
    leaving             exitEnds -                   -
    leaving             secure   -                   -
    leaving             open     leavingOpen         leafOpen
    leaving             close    -                   -
    leaving             latch    latched+leaving     -
    leaving             unlatch  -                   -
    passing             release  passing             -
    passing             exit     askingOpen          -
    passing             exitEnds -                   -
    passing             secure   open                lock
    passing             open     -                   -
    passing             close    secured             leafClosed lock
    passing             latch    latchedOpen         -
    passing             unlatch  -                   -
    askingOpen          release  askingOpen          -
    askingOpen          exit     -                   -
    askingOpen          exitEnds leavingOpen         -
    askingOpen          secure   -                   -
    askingOpen          open     -                   -
    askingOpen          close    asking              leafClosed
    askingOpen          latch    latched+askingOpen  -
    askingOpen          unlatch  -                   -
    leavingOpen         release  leavingOpen         -
    leavingOpen         exit     askingOpen          -
    leavingOpen         exitEnds -                   -
    leavingOpen         secure   -                   -
    leavingOpen         open     -                   -
    leavingOpen         close    secured             leafClosed lock
    leavingOpen         latch    latched+leavingOpen -
    leavingOpen         unlatch  -                   -
    open                release  passing             unlock
    open                exit     askingOpen          unlock
    open                exitEnds -                   -
    open                secure   -                   -
    open                open     -                   -
    open                close    secured             leafClosed
    open                latch    latchedOpen         unlock
    open                unlatch  -                   -
    warned              release  passing             clear:heldOpenWarning unlock
    warned              exit     askingOpen          clear:heldOpenWarning unlock
    warned              exitEnds -                   -
    warned              secure   -                   -
    warned              open     -                   -
    warned              close    secured             leafClosed clear:heldOpenWarning
    warned              latch    latchedOpen         clear:heldOpenWarning unlock
    warned              unlatch  -                   -
    heldOpen            release  passing             clear:heldOpen unlock
    heldOpen            exit     askingOpen          clear:heldOpen unlock
    heldOpen            exitEnds -                   -
    heldOpen            secure   -                   -
    heldOpen            open     -                   -
    heldOpen            close    secured             leafClosed clear:heldOpen
    heldOpen            latch    latchedOpen         clear:heldOpen unlock
    heldOpen            unlatch  -                   -
    unexplained         release  passing             raise:forcedOpen clear:forcedOpen unlock
    unexplained         exit     askingOpen          unlock
    unexplained         exitEnds -                   -
    unexplained         secure   -                   -
    unexplained         open     -                   -
    unexplained         close    unexplainedShut     leafClosed
    unexplained         latch    latchedOpen         raise:forcedOpen clear:forcedOpen unlock
    unexplained         unlatch  -                   -
    unexplainedShut     release  released            raise:forcedOpen clear:forcedOpen unlock
    unexplainedShut     exit     asking              unlock
    unexplainedShut     exitEnds -                   -
    unexplainedShut     secure   -                   -
    unexplainedShut     open     unexplained         leafOpen
    unexplainedShut     close    -                   -
    unexplainedShut     latch    latched             raise:forcedOpen clear:forcedOpen unlock
    unexplainedShut     unlatch  -                   -
    forcedOpen          release  passing             clear:forcedOpen unlock
    forcedOpen          exit     askingOpen          clear:forcedOpen unlock
    forcedOpen          exitEnds -                   -
    forcedOpen          secure   -                   -
    forcedOpen          open     -                   -
    forcedOpen          close    secured             leafClosed clear:forcedOpen
    forcedOpen          latch    latchedOpen         clear:forcedOpen unlock
    forcedOpen          unlatch  -                   -
    latched             release  -                   -
    latched             exit     latched+asking      -
    latched             exitEnds -                   -
    latched             secure   -                   -
    latched             open     latchedOpen         leafOpen
    latched             close    -                   -
    latched             latch    -                   -
    latched             unlatch  secured             lock
    latchedOpen         release  -                   -
    latchedOpen         exit     latched+askingOpen  -
    latchedOpen         exitEnds -                   -
    latchedOpen         secure   -                   -
    latchedOpen         open     -                   -
    latchedOpen         close    latched             leafClosed
    latchedOpen         latch    -                   -
    latchedOpen         unlatch  open                lock
    latched+asking      release  -                   -
    latched+asking      exit     -                   -
    latched+asking      exitEnds latched+leaving     -
    latched+asking      secure   -                   -
    latched+asking      open     latched+askingOpen  leafOpen
    latched+asking      close    -                   -
    latched+asking      latch    -                   -
    latched+asking      unlatch  asking              -
    latched+askingOpen  release  -                   -
    latched+askingOpen  exit     -                   -
    latched+askingOpen  exitEnds latched+leavingOpen -
    latched+askingOpen  secure   -                   -
    latched+askingOpen  open     -                   -
    latched+askingOpen  close    latched+asking      leafClosed
    latched+askingOpen  latch    -                   -
    latched+askingOpen  unlatch  askingOpen          -
    latched+leaving     release  -                   -
    latched+leaving     exit     latched+asking      -
    latched+leaving     exitEnds -                   -
    latched+leaving     secure   -                   -
    latched+leaving     open     latched+leavingOpen leafOpen
    latched+leaving     close    -                   -
    latched+leaving     latch    -                   -
    latched+leaving     unlatch  leaving             -
    latched+leavingOpen release  -                   -
    latched+leavingOpen exit     latched+askingOpen  -
    latched+leavingOpen exitEnds -                   -
    latched+leavingOpen secure   -                   -
    latched+leavingOpen open     -                   -
    latched+leavingOpen close    latched+leaving     leafClosed
    latched+leavingOpen latch    -                   -
    latched+leavingOpen unlatch  leavingOpen         -
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
