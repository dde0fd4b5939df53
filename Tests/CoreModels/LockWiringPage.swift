public import DoorRules

/// The part of `deploy/wiring.md` about one kind of lock: its drawing, and what it does when something
/// dies. All of its words come from ``LockWiring``.
public struct LockWiringPage {
  private let wiring: LockWiring

  public init(wiring: LockWiring) { self.wiring = wiring }

  public init(_ failSafe: Bool) { wiring = LockWiring(failSafe: failSafe) }

  public var text: String {
    (["```"] + drawing + ["```", ""] + table).joined(separator: "\n")
  }

  private var drawing: [String] {
    let lock = wiring.failSafe ? "magnet" : "strike"
    let contact = wiring.contact.rawValue
    let closed = wiring.isRelayActive(released: false) == (wiring.contact == .normallyOpen)
    var lines = [
      " supply of the lock                     relay of the board",
      "   + ──[ fuse ]──[ emergency release ]── C",
      "                                         \(contact) ── + \(lock) − ── − supply",
      "                                               └ diode ┘   (cathode, the ring, at +)",
      "   settings: failSafe: \(wiring.failSafe)"
        + "     while secured: relay \(word(relayIn: .secured)), contact "
        + (closed ? "closed" : "open"),
    ]
    if !wiring.failSafe {
      lines[1] = "   + ──[ fuse ]───────────────────────── C"
    }
    return lines
  }

  private func word(relayIn situation: LockWiring.Situation) -> String {
    wiring.isRelayActive(in: situation) ? "on" : "off"
  }

  private var table: [String] {
    ["| what happens | relay | current in the lock | the door from outside | who is inside |"]
      + ["|---|---|---|---|---|"]
      + LockWiring.Situation.allCases.map { situation in
        let isFree = wiring.isFree(in: situation)
        return "| \(situation.words) | \(word(relayIn: situation)) | "
          + (wiring.hasCurrent(in: situation) ? "flows" : "none")
          + " | \(isFree ? "FREE" : "locked") | \(leaving(in: situation)) |"
      }
  }

  private func leaving(in situation: LockWiring.Situation) -> String {
    if wiring.isFree(in: situation) { return "pushes the leaf" }
    let helps =
      wiring.isFree(in: .lockWithoutPower)
      ? "the emergency release" : "a handle that opens the latch by hand"
    return situation == .secured ? "the exit button, or \(helps)" : "only \(helps)"
  }

  /// The page with the part between the markers of `name` replaced; nil without the markers.
  public static func filled(_ page: String, _ name: String, _ text: String) -> String? {
    let (begin, end) = ("<!-- begin \(name) -->\n", "<!-- end \(name) -->")
    guard let from = page.firstRange(of: begin)?.upperBound,
      let to = page[from...].firstRange(of: end)?.lowerBound
    else { return nil }
    return page[..<from] + text + "\n" + page[to...]
  }
}

extension LockWiring.Situation {
  /// What happens, in words.
  public var words: String {
    switch self {
    case .secured: "the door is secured"
    case .released: "the door is released"
    case .programEnded: "the program ends or is killed"
    case .controllerWithoutPower: "the controller loses its power"
    case .lockWithoutPower: "the supply of the lock dies"
    }
  }
}
