import CloudProtocol

/// The activity of a reader's two lines since the daemon started.
public struct ReaderFacts: Sendable, Hashable {
  /// What is probably wrong with the wires, as the core found.
  public enum Wiring: String, Sendable, Hashable, CaseIterable {
    case linesSwapped, linesInverted, data0Stuck, data1Stuck
  }

  /// Pulses of complete frames.
  public struct Pulses: Sendable, Hashable {
    public var narrowestMicroseconds: Int
    public var widestMicroseconds: Int
    /// Start of a pulse to start of the next.
    public var closestMicroseconds: Int
    public var farthestMicroseconds: Int

    public init(
      narrowestMicroseconds: Int, widestMicroseconds: Int, closestMicroseconds: Int,
      farthestMicroseconds: Int
    ) {
      self.narrowestMicroseconds = narrowestMicroseconds
      self.widestMicroseconds = widestMicroseconds
      self.closestMicroseconds = closestMicroseconds
      self.farthestMicroseconds = farthestMicroseconds
    }
  }

  public var id: String
  /// Time since the daemon started.
  public var watchedSeconds: Int
  /// Edges of both data lines.
  public var edges: Int
  /// Pulses too short to count.
  public var noise: Int
  /// Frames without a fault.
  public var frames: Int
  /// By fault.
  public var malformed: [String: Int]
  public var wiring: Set<Wiring>
  /// Nil before the first frame.
  public var pulses: Pulses?
  public var lockedOut: Bool
  /// Nil for a reader on data lines.
  public var osdp: OSDPReaderFacts?

  public init(
    id: String, watchedSeconds: Int, edges: Int, noise: Int, frames: Int,
    malformed: [String: Int], wiring: Set<Wiring>, pulses: Pulses?, lockedOut: Bool,
    osdp: OSDPReaderFacts? = nil
  ) {
    self.osdp = osdp
    self.id = id
    self.watchedSeconds = watchedSeconds
    self.edges = edges
    self.noise = noise
    self.frames = frames
    self.malformed = malformed
    self.wiring = wiring
    self.pulses = pulses
    self.lockedOut = lockedOut
  }

  /// A higher rate of noise is a warning. In pulses a minute.
  public static let noisePerMinuteMax = 2.0
  /// A pulse's length by SIA AC-01, with room for what an optocoupler adds.
  public static let widthMicroseconds = 20...200
  /// From pulse to pulse by SIA AC-01.
  public static let spacingMicroseconds = 200...20_000
  /// A larger share of damaged frames means a bad cable.
  static let damagedShareMax = 0.05
  /// With fewer frames a share means nothing.
  static let framesMin = 5

  var noisePerMinute: Double { Double(noise) * 60 / Double(max(watchedSeconds, 60)) }

  func checks() -> [DiagnosisReport.Check] {
    var writer = CheckWriter("readers")
    if let osdp {
      osdp.check(id, &writer)
      checkLockout(&writer)
      return writer.checks
    }
    checkWiring(&writer)
    checkNoise(&writer)
    checkPulses(&writer)
    checkLockout(&writer)
    if edges == 0 {
      writer.warning(
        "silent", "reader \(id): no pulse since the start, \(watchedSeconds) s ago",
        do: "present any card; if this stays, check the reader's power and the data wires")
    } else if !writer.checks.contains(where: { $0.outcome == .failure }) {
      writer.ok("frames", "reader \(id): \(frames) good frames, \(damaged) damaged")
    }
    return writer.checks
  }

  private func checkLockout(_ writer: inout CheckWriter) {
    guard lockedOut else { return }
    writer.warning(
      "lockout", "reader \(id): the keypad is locked after too many wrong PINs",
      do: "wait, or run `postern lockout clear --reader \(id)`")
  }

  private var damaged: Int { malformed.values.reduce(0, +) }

  private func checkWiring(_ writer: inout CheckWriter) {
    for finding in wiring.sorted(by: { $0.rawValue < $1.rawValue }) {
      switch finding {
      case .linesSwapped:
        writer.failure(
          "swapped",
          "reader \(id): frames fit only with every bit inverted: data 0 and 1 are swapped",
          do: "exchange the two wires, or data0 and data1 in the settings")
      case .linesInverted:
        writer.failure(
          "inverted", "reader \(id): both data lines rest at their active level",
          do: "change activeLow of data0 and data1, or fit pull-ups; connect the grounds")
      case .data0Stuck:
        writer.failure(
          "stuck", "reader \(id): data 0 rests at its active level",
          do: "look for a short or a broken wire on data 0")
      case .data1Stuck:
        writer.failure(
          "stuck", "reader \(id): data 1 rests at its active level",
          do: "look for a short or a broken wire on data 1")
      }
    }
  }

  private func checkNoise(_ writer: inout CheckWriter) {
    let rate = (noisePerMinute * 10).rounded() / 10
    if noisePerMinute > Self.noisePerMinuteMax {
      writer.warning(
        "noise", "reader \(id): \(rate) pulses a minute too short to count",
        do: """
          connect the reader's and the controller's ground, ground the shield at one end, keep the \
          cable away from mains
          """)
    } else if edges > 0 {
      writer.ok("noise", "reader \(id): \(rate) noise pulses a minute")
    }
    let both = malformed["bothLinesActive", default: 0]
    if both > 0 {
      writer.warning(
        "ground", "reader \(id): both data lines were active at once, \(both) times",
        do: "a common ground is probably missing, or the two wires touch")
    }
    let total = frames + damaged
    if damaged > 0, total >= Self.framesMin,
      Double(damaged) > Double(total) * Self.damagedShareMax
    {
      let named = malformed.filter { $0.value > 0 }.sorted { $0.key < $1.key }
        .map { "\($0.key) \($0.value)" }.joined(separator: ", ")
      writer.warning(
        "damaged", "reader \(id): \(damaged) of \(total) frames were damaged: \(named)",
        do: "`postern monitor` shows them; check the cable, its length and its shield")
    }
    if malformed["unknownLength", default: 0] > 0, frames == 0 || damaged >= frames {
      writer.warning(
        "format", "reader \(id): frames of a length that no enabled format has",
        do: "`postern learn --reader \(id)` shows which format fits")
    }
  }

  private func checkPulses(_ writer: inout CheckWriter) {
    guard let pulses else { return }
    let widths = Self.widthMicroseconds
    let spacings = Self.spacingMicroseconds
    let measured = """
      pulses of \(pulses.narrowestMicroseconds) to \(pulses.widestMicroseconds) µs, \
      \(pulses.closestMicroseconds) to \(pulses.farthestMicroseconds) µs apart
      """
    let fits =
      widths.contains(pulses.narrowestMicroseconds) && widths.contains(pulses.widestMicroseconds)
      && spacings.contains(pulses.closestMicroseconds)
      && spacings.contains(pulses.farthestMicroseconds)
    if fits {
      writer.ok("pulses", "reader \(id): \(measured)")
    } else {
      writer.warning(
        "pulses", "reader \(id): \(measured); SIA AC-01 has 20 to 100 µs, 0.2 to 20 ms apart",
        do: "check the pull-ups, the level shifter and the length of the cable")
    }
  }
}
