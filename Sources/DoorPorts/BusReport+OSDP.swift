public import DoorCore
public import DoorRules
public import OSDPCodec
public import OSDPLine
import WiegandCodec

extension BusReport {
  /// What a line's news of a reader is for the shell; nothing for what only the line's port needs. What is
  /// new of its inputs and outputs ``ReaderLineStates`` knows.
  public static func of(
    _ news: ReaderNews, reader: ReaderID, at now: MonotonicInstant
  ) -> [BusReport] {
    switch news {
    case .secured: [.absent(reader, reason: nil)]
    case .offline(let absence): [.absent(reader, reason: absence.rawValue)]
    case .card(let card): [.delivered(reader, ReaderDelivery(card, at: now))]
    case .formattedCard(let digits):
      [
        .delivered(
          reader,
          .malformed(
            MalformedFrame(
              .unknownLength, bits: 0, at: now,
              "\(digits.count) digits: set the reader to send its cards' bits")))
      ]
    case .notProved(let failure):
      [.delivered(reader, ReaderDelivery(failure, at: now))]
    case .keys(let keys): keys.map { .delivered(reader, ReaderDelivery(key: $0, at: now)) }
    case .tamper(let raised): [.tamper(reader, raised: raised)]
    case .fault(let fault, let count):
      [.fault(reader, fault: fault.rawValue, count: count, isSuspicious: fault.isSuspicious)]
    case .paired: [.paired(reader, failure: nil)]
    case .notPaired(let failure): [.paired(reader, failure: failure.rawValue)]
    // Whoever has the cryptography makes a delivery of a proof.
    case .proof, .identity, .capabilities, .powerFailure, .inputs, .outputs, .driven, .refused: []
    }
  }
}

extension OSDPCommand {
  /// What makes lamp or beeper of a reader on a line show this; nil for a line that no reader has.
  public init?(_ line: OutputLine, active: Bool) {
    switch line {
    case .led: self = .lamp([OSDPLamp(permanent: .steady(active ? .green : .red))])
    case .beeper: self = .buzzer(OSDPBuzzer(isOn: active, onTenths: active ? 1 : 0))
    case .relay, .auxiliary: return nil
    }
  }
}

extension ReaderDelivery {
  /// A card with a public key that is none.
  public init(_ failure: PKOCFailure, at now: MonotonicInstant) {
    self = .malformed(MalformedFrame(.unproved, bits: 0, at: now, failure.words))
  }

  fileprivate init(_ card: OSDPCard, at now: MonotonicInstant) {
    guard card.bits.count <= WiegandLimits.frameBitsMax else {
      let words = "\(card.bits.count) bits are longer than any card"
      self = .malformed(MalformedFrame(.tooLong, bits: card.bits.count, at: now, words))
      return
    }
    self = .card(
      WiegandFrame(bits: card.bits, startedAt: now, endedAt: now, bitIntervalMicroseconds: 0))
  }

  /// As the keypad numbers its keys, see ``OSDPReply/keys(reader:keys:)``.
  fileprivate init(key: UInt8, at now: MonotonicInstant) {
    switch key {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): self = .key(.digit(key - UInt8(ascii: "0")))
    case UInt8(ascii: "*"), 0x7F: self = .key(.star)
    case UInt8(ascii: "#"), 0x0D: self = .key(.pound)
    case UInt8(ascii: "A")...UInt8(ascii: "D"): self = .key(.other(key - UInt8(ascii: "A") + 12))
    default:
      self = .malformed(
        MalformedFrame(.keypadCheck, bits: 8, at: now, "a key that no keypad has"))
    }
  }
}

extension MalformedFrame {
  fileprivate init(_ fault: FrameFault, bits: Int, at now: MonotonicInstant, _ words: String) {
    self.init(
      fault: fault, bitCount: bits, shortestGapMicroseconds: 0, longestGapMicroseconds: 0, at: now,
      detail: words)
  }
}
