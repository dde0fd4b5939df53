/// Something at the lines, as it happens. Card numbers are for the technician who watches and
/// holds the card; keys of a keypad are hidden unless asked for.
public struct LiveNote: Sendable, Hashable, Codable {
  public enum Kind: String, Sendable, Hashable, Codable {
    /// An input changed its level.
    case edge
    /// A burst of a reader that came whole.
    case frame
    /// A burst that came damaged.
    case malformed
    /// An output moved.
    case output
    /// Something went into the log.
    case event
    /// The watcher was too slow: ``LiveNote/lost`` notes are missing here.
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

  /// Counts up; a hole is what this watcher missed or did not ask for.
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
  /// A key of the keypad; a dot unless keys were asked for.
  public var key: String?
  /// What was wrong with a burst, by name, and in words.
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

/// What a watcher wants to see.
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
