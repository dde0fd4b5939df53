/// Something that happened at the lines. Card numbers, bits and keys are only in it while somebody has
/// asked for them, see ``DisclosureRequest``; keys only for a client on the machine that wants them.
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
    public var facility: CardNumber?
    public var card: CardNumber

    public init(format: String, facility: CardNumber?, card: CardNumber) {
      self.format = format
      self.facility = facility
      self.card = card
    }
  }

  /// A frame as every format that this controller knows reads it, enabled at the reader or not.
  public struct Reading: Sendable, Hashable, Codable {
    /// Formats that fit: the operator's own first, then the known ones.
    public var fitting: [Candidate]
    /// Formats of this length whose check bits do not fit.
    public var unfitting: [String]
    /// The bits fit only with every one inverted: the data lines are swapped.
    public var swapped: Bool

    public init(fitting: [Candidate], unfitting: [String], swapped: Bool) {
      self.fitting = fitting
      self.unfitting = unfitting
      self.swapped = swapped
    }
  }

  /// Counts up; a gap is what this client missed or did not request.
  public var number: UInt64
  /// On the kernel's monotonic clock.
  public var microseconds: UInt64
  public var kind: Kind
  public var reader: String?
  public var door: String?
  /// `data0`, `data1`, `contact`, `requestToExit`, `fire`, `tamper`, `plan`, `relay`, `led`, `beeper`, or
  /// `input` or `output` with the name of an auxiliary one.
  public var line: String?
  public var active: Bool?
  /// How many bits a frame had, and the bits as `0` and `1`, first bit first.
  public var bits: Int?
  public var bitText: String?
  public var candidates: [Candidate]?
  /// Beside ``bitText``.
  public var reading: Reading?
  /// The formats that fit, by name.
  public var formats: [String]?
  /// A key of the keypad; a dot unless keys are shown.
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
  /// The keys that are typed, which are PINs; while they are shown at all.
  public var keys: Bool

  public init(edges: Bool = false, keys: Bool = false) {
    self.edges = edges
    self.keys = keys
  }
}
