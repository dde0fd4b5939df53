/// A reader on an OSDP line, as the daemon sees it.
public struct OSDPReaderFacts: Sendable, Hashable {
  /// The line's device and the reader's address.
  public var place: String
  /// Why it is not served; nil while its secured channel stands.
  public var absence: String?
  /// What the daemon advises for that.
  public var advice: String?
  public var identity: String?
  /// How often each fault was seen since the start.
  public var faults: [String: Int]
  /// The lines of a door that are at it, in words.
  public var lines: [String]

  public init(
    place: String, absence: String?, advice: String?, identity: String?, faults: [String: Int],
    lines: [String] = []
  ) {
    self.lines = lines
    self.place = place
    self.absence = absence
    self.advice = advice
    self.identity = identity
    self.faults = faults
  }

  /// Faults of noise: more of them than this are a bad line.
  static let damagedMax = 20
  /// Faults that noise alone does not make.
  static let suspicious = ["notSecured", "otherKey", "sequence", "wrongKey", "wrongMAC"]

  func check(_ id: String, _ writer: inout CheckWriter) {
    if let absence {
      writer.failure(
        "notServed", "reader \(id) at \(place) is not served: \(absence)",
        do: advice ?? "wait a few seconds and look again")
    } else {
      writer.ok(
        "secured", "reader \(id) at \(place) is secured\(identity.map { ": \($0)" } ?? "")")
    }
    if !lines.isEmpty {
      writer.warning(
        "linesAtReader", "reader \(id) has the \(lines.joined(separator: ", the "))",
        do: """
          whoever opens this reader can open the door or hide that it is open, and whoever cuts its line \
          takes them away: only for a reader inside; `postern config check` says what follows for each
          """)
    }
    let told = Self.suspicious.compactMap { name in faults[name].map { "\(name) \($0)" } }
    if !told.isEmpty {
      writer.warning(
        "lineFaults",
        "reader \(id): answers on its line were not believed: \(told.joined(separator: ", "))",
        do: """
          a reader that restarts makes a few; if they go on, two readers have one address, or somebody \
          is at the wires: look at the reader and along its cable
          """)
    }
    // Only what the line shows: which of these it is, a reader that answers badly does not say.
    let damaged = faults["check", default: 0] + faults["noAnswer", default: 0]
    if damaged > Self.damagedMax {
      writer.warning(
        "lineQuality", "reader \(id): \(damaged) answers were damaged or missing",
        do: """
          check the ends of the line (120 ohm at both), the common ground and the length; two readers \
          with one address look the same
          """)
    }
  }
}
