/// Something that happened at the lines. It may hold card numbers, for the technician who presents
/// the card; keys of a keypad are hidden unless requested.
public struct LiveNote: Sendable, Hashable, Codable {
  public enum Kind: String, Sendable, Hashable, Codable {
    /// An input changed its level.
    case edge
    /// A reader sent a complete frame.
    case frame
    /// A reader sent a damaged frame.
    case malformed
    /// An output moved.
    case output
    /// An event was recorded.
    case event
    /// The client was too slow: this many notes are missing here.
    case lost
  }

  /// A way to read a frame.
  public struct Candidate: Sendable, Hashable, Codable {
    public var format: String
    public var facility: UInt64?
    public var card: UInt64

    public init(format: String, facility: UInt64?, card: UInt64) {
      self.format = format
      self.facility = facility
      self.card = card
    }
  }

  /// Counts up; a gap is what this client missed or did not request.
  public var number: UInt64
  /// On the kernel's monotonic clock.
  public var microseconds: UInt64
  public var kind: Kind
  public var reader: String?
  public var door: String?
  /// `data0`, `data1`, `contact`, `requestToExit`, `fire`, `tamper`, `relay`, `led` or `beeper`.
  public var line: String?
  public var active: Bool?
  /// How many bits a frame had, and the bits as `0` and `1`, first bit first.
  public var bits: Int?
  public var bitText: String?
  public var candidates: [Candidate]?
  /// A key of the keypad; a dot unless keys were requested.
  public var key: String?
  /// The fault of a damaged frame, by name, and for people.
  public var fault: String?
  public var detail: String?
  /// Median, shortest and longest time from pulse to pulse, in microseconds.
  public var spacing: [Int]?
  /// Each pulse: 0 or 1 for its line, its start, its width; in microseconds.
  public var pulses: [[Int]]?
  /// Of an event.
  public var type: String?
  public var reason: String?
  public var person: String?
  public var lost: UInt64?

  public init(number: UInt64, microseconds: UInt64, kind: Kind) {
    self.number = number
    self.microseconds = microseconds
    self.kind = kind
  }
}

/// What a client wants to see.
public struct LiveOptions: Sendable, Hashable {
  /// Each change of each input; hundreds for a card.
  public var edges: Bool
  /// The keys that are typed, which are PINs.
  public var keys: Bool

  public init(edges: Bool = false, keys: Bool = false) {
    self.edges = edges
    self.keys = keys
  }
}
