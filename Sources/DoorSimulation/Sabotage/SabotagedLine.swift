import DoorPorts
import DoorRules
import OSDPChannel
import OSDPCodec
import OSDPLine

/// A line of readers with the planted fault, at its seams: keys, random numbers, cipher, times, and what
/// it tells.
final class SabotagedLine {
  private let fault: Sabotage
  /// A reader has said that it cannot do it securely.
  private var isLowered = false
  /// Answers that were a card or keys.
  private var answers: [[UInt8]: ReaderNews] = [:]
  private var told = 0
  private var sent = 0

  init(_ fault: Sabotage) { self.fault = fault }

  var cipher: any BlockCipher { fault == .skipMAC ? BlindCipher() : QuickCipher() }

  /// Nil: as it should be.
  var probeMilliseconds: Int? { fault == .forgetReaders ? 86_400_000 : nil }

  var fresh: (@Sendable () -> UInt64)? {
    guard fault == .repeatChallenges else { return nil }
    return { 4_711 }
  }

  func ring(_ ring: KeyRing) -> KeyRing {
    guard fault == .tryDefaultKey, ring.candidate == nil else { return ring }
    return KeyRing(current: ring.current, candidate: .ofUnpaired)
  }

  /// What the line tells more than it should of these bytes, for which it told `news`.
  func hears(_ bytes: [UInt8], telling news: [ReaderNews]) -> (UInt8, ReaderNews)? {
    guard let frame = try? OSDPFrame(parsing: bytes), frame.isReply else { return nil }
    if fault == .takeReplayedAnswers {
      if let old = answers[bytes] { return (frame.address, old) }
      answers[bytes] = news.first {
        switch $0 {
        case .card, .keys: true
        default: false
        }
      }
      return nil
    }
    guard frame.security == nil, let reply = OSDPReply(code: frame.code, data: frame.data) else {
      return nil
    }
    if case .capabilities(let all) = reply {
      isLowered = isLowered || all.contains { $0.function == 9 && $0.level == 0 }
    }
    guard case .card(let card) = reply else { return nil }
    let isBelieved = fault == .acceptClear || fault == .believeCapabilities && isLowered
    return isBelieved ? (frame.address, .card(card)) : nil
  }

  // MARK: Keys

  /// The key that a reader gets; nil for the one that it should.
  func key(inPlaceOf fresh: ReaderKey, known: [ReaderKey]) -> ReaderKey? {
    if fault == .giveOneKey { return known.first }
    return fault == .giveDefaultKey ? .ofUnpaired : nil
  }

  /// A packet with a MAC that gives the key as it is.
  func readable(_ key: ReaderKey, to address: UInt8) -> [UInt8]? {
    guard fault == .giveKeyReadable else { return nil }
    let command = OSDPCommand.key(key.reveal())
    return OSDPFrame(
      address: address, isReply: false, sequence: 1, security: .init(.command), code: command.code,
      data: command.data, mac: [1, 2, 3, 4]
    ).bytes
  }

  /// Every hundredth question is asked in the clear, too.
  func asksInClear(_ question: [UInt8]) -> [UInt8]? {
    guard fault == .askInClear else { return nil }
    sent += 1
    guard sent % 100 == 0, let frame = try? OSDPFrame(parsing: question) else { return nil }
    return OSDPFrame(
      address: frame.address, isReply: false, sequence: 0, code: OSDPCommand.capabilities.code
    ).bytes
  }

  func pairsByItself(_ absence: ReaderAbsence) -> Bool {
    fault == .pairByItself && (absence == .wrongKey || absence == .refused)
  }

  /// The key in the words of a fault.
  func leak(_ key: ReaderKey?, of reader: ReaderID) -> BusReport? {
    guard fault == .leakKey, let key else { return nil }
    let words = key.reveal().map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    return .fault(reader, fault: words, count: 1, isSuspicious: true)
  }

  // MARK: Lines of doors

  /// Nobody knows the level of a relay at a reader.
  var knowsNoLevels: Bool { fault == .forgetRest }

  /// An exit input that is lost counts as one that nobody presses.
  var hidesLostExits: Bool { fault == .hideLostExits }

  func hides(_ report: BusReport) -> Bool {
    if hidesLostExits, case .inputLost = report { return true }
    return false
  }

  /// Whether this card or key is lost.
  func loses() -> Bool {
    guard fault == .loseAnswers else { return false }
    told += 1
    return told % 5 == 0
  }
}
