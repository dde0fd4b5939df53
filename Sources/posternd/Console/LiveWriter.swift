import ConsoleProtocol
import DoorCore
import DoorRules
import DoorRuntime
import WiegandCodec

/// Notes of the runtime, without what a watcher must not see.
struct LiveWriter: Sendable {
  /// The most notes that wait for a slow watcher; the oldest go first.
  static let notesMax = 4_096

  let options: LiveOptions
  /// Readers that send a PIN as one frame, with what such frames are.
  let pinFrames: [ReaderID: PINFrame]
  /// Every known format, the operator's own first.
  let formats: FormatTable
  /// Whether card numbers and bits are shown now, and keys to who wants them.
  let isDisclosed: @Sendable () -> Bool

  private var showsKeys: Bool { options.keys && isDisclosed() }

  /// Nil when the watcher did not ask for it.
  func show(_ note: TapNote, number: UInt64) -> LiveNote? {
    func make(_ kind: LiveNote.Kind) -> LiveNote {
      LiveNote(number: number, microseconds: note.at.nanoseconds / 1_000, kind: kind)
    }
    switch note.what {
    case .edge(let line, let isActive):
      // Edges of data lines are the bits of keys too.
      guard options.edges, showsKeys || line.reader == nil else { return nil }
      var shown = make(.edge)
      shown.line = line.name
      shown.door = line.door?.rawValue
      shown.reader = line.reader?.rawValue
      shown.active = isActive
      return shown
    case .drive(let line, let isActive):
      var shown = make(.output)
      shown.active = isActive
      shown.line = line.name
      switch line {
      case .relay(let door): shown.door = door.rawValue
      case .led(let reader), .beeper(let reader): shown.reader = reader.rawValue
      case .auxiliary: break
      }
      return shown
    case .recorded(let type, let door, let reader, let reason, let person):
      var shown = make(.event)
      shown.type = type
      shown.door = door
      shown.reader = reader
      shown.reason = reason
      shown.person = person
      return shown
    case .malformed(let reader, let frame, let pulses):
      var shown = make(.malformed)
      shown.reader = reader.rawValue
      shown.bits = frame.bitCount
      shown.fault = frame.fault.rawValue
      shown.detail = frame.detail
      shown.spacing = [
        frame.shortestGapMicroseconds, frame.shortestGapMicroseconds, frame.longestGapMicroseconds,
      ]
      showBits(of: pulses, &shown)
      return shown
    case .frame(let reader, let frame, let decoded, let pulses):
      var shown = make(.frame)
      shown.reader = reader.rawValue
      shown.bits = frame.bits.count
      shown.spacing = [
        frame.bitIntervalMicroseconds, frame.shortestGapMicroseconds, frame.longestGapMicroseconds,
      ]
      read(decoded, of: reader, frame, pulses, &shown)
      return shown
    }
  }

  private func read(
    _ decoded: DecodedFrame, of reader: ReaderID, _ frame: WiegandFrame,
    _ pulses: [TapNote.Pulse], _ shown: inout LiveNote
  ) {
    switch decoded {
    case .card(let candidates, let whole) where candidates.isEmpty:
      // A card with a public key: it has no bits, and its key's digest is the credential.
      shown.formats = ["PKOC"]
      if isDisclosed() { shown.detail = whole.reveal() }
    case .card(let candidates, _):
      let isPIN = pinFrames[reader]?.read(frame.bits, fixedLength: nil) != nil
      guard !isPIN || showsKeys else {
        shown.key = "•"
        shown.detail = "a complete PIN"
        return
      }
      shown.formats = candidates.map(\.format)
      guard isDisclosed() else { return }
      shown.candidates = candidates.map(Self.shown)
      shown.bitText = frame.bitText
      shown.reading = reading(of: frame.bits)
      showBits(of: pulses, &shown)
    case .key(let key):
      shown.key = showsKeys ? Self.words(key) : "•"
      if showsKeys {
        shown.bitText = frame.bitText
        showBits(of: pulses, &shown)
      }
    case .malformed(let malformed):
      shown.kind = .malformed
      shown.fault = malformed.fault.rawValue
      shown.detail = malformed.detail
      showBits(of: pulses, &shown)
    }
  }

  /// A burst as short as a key's may be part of a PIN; a damaged frame is nearly a card.
  private func showBits(of pulses: [TapNote.Pulse], _ shown: inout LiveNote) {
    guard showsKeys || isDisclosed() && pulses.count > LiveWriter.keyBitsMax else { return }
    shown.pulses = pulses.map { [$0.isOne ? 1 : 0, $0.startMicroseconds, $0.widthMicroseconds] }
    shown.bitText = String(pulses.map { $0.isOne ? "1" : "0" })
    shown.reading = reading(of: pulses.map(\.isOne))
  }

  private func reading(of bits: [Bool]) -> LiveNote.Reading {
    let found = formats.candidates(for: bits)
    let names = found.map(\.format)
    return LiveNote.Reading(
      fitting: found.map(Self.shown),
      unfitting: formats.formats.filter { $0.bitCount == bits.count }.map(\.name)
        .filter { !names.contains($0) },
      swapped: found.isEmpty && !formats.candidates(for: bits.map { !$0 }).isEmpty)
  }

  private static func shown(_ card: CardCandidate) -> LiveNote.Candidate {
    LiveNote.Candidate(
      format: card.format, facility: card.facility.map { CardNumber($0) },
      card: CardNumber(card.card))
  }

  /// The longest burst of one key, in bits.
  static let keyBitsMax = 8

  private static func words(_ key: KeypadKey) -> String {
    switch key {
    case .digit(let digit): "\(digit)"
    case .star: "*"
    case .pound: "#"
    case .other(let code): "code \(code)"
    }
  }
}
