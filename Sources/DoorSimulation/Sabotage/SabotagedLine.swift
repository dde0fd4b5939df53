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

  /// Whether this card or key is lost.
  func loses() -> Bool {
    guard fault == .loseAnswers else { return false }
    told += 1
    return told % 5 == 0
  }
}
