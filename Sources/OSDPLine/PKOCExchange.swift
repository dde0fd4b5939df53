import DoorRules
import OSDPCodec

/// The panel's side of a card with a public key at one reader: it makes the challenge itself, for each card
/// a new one, so that no answer that was recorded is worth anything.
struct PKOCExchange: Sendable {
  /// How long a card may take to sign, with its time on the line.
  static let answerMilliseconds = 3_000

  /// What follows from a message.
  enum Step: Sendable, Hashable {
    case nothing
    /// To be sent next, in order.
    case send([OSDPCommand])
    /// The whole answer of a card is there.
    case answered(PKOCProof)
    /// The card was there, and gave no answer.
    case failed(PKOCFailure)
  }

  private struct Open: Sendable {
    var challenge: [UInt8]
    var until: MonotonicInstant
    /// The parts so far, in their order.
    var bytes: [UInt8] = []
  }

  private var open: Open?

  /// Nothing is open any more.
  mutating func forget() { open = nil }

  /// A reader said this. `random` gives new bytes.
  mutating func take(
    vendor: [UInt8], data: [UInt8], random: () -> [UInt8], at now: MonotonicInstant
  ) -> Step {
    guard let part = PKOCPart(vendor: vendor, data: data) else {
      // Another maker's messages are none of this.
      guard vendor == PKOC.vendor, open != nil else { return .nothing }
      return fail(.unreadable)
    }
    switch part.kind {
    case .cardPresent:
      let challenge = random()
      open = Open(
        challenge: challenge, until: now.advanced(byMilliseconds: Self.answerMilliseconds))
      let active = UInt16(clamping: Self.answerMilliseconds)
      return .send([PKOC.request(challenge: challenge), .keepActive(milliseconds: active)])
    case .response: return take(part, at: now)
    case .readerError: return open == nil ? .nothing : fail(.readerError)
    case .request: return .nothing
    }
  }

  private mutating func take(_ part: PKOCPart, at now: MonotonicInstant) -> Step {
    guard var open, now < open.until else { return fail(.notAsked) }
    guard part.offset == open.bytes.count else { return fail(.unreadable) }
    open.bytes += part.bytes
    self.open = open
    guard open.bytes.count == part.total else { return .nothing }
    guard let proof = PKOCProof(challenge: open.challenge, response: open.bytes) else {
      return fail(.unreadable)
    }
    self.open = nil
    return .answered(proof)
  }

  private mutating func fail(_ failure: PKOCFailure) -> Step {
    open = nil
    return .failed(failure)
  }
}

/// Why a card with a public key is none.
public enum PKOCFailure: String, Sendable, Hashable, CaseIterable {
  /// The reader could not read it.
  case readerError
  /// The answer has no key and no signature, or its parts do not fit.
  case unreadable
  /// An answer that nobody asked for, or that came too late.
  case notAsked
  /// The signature is not of that key over that challenge.
  case wrongSignature

  /// For events and diagnosis.
  public var words: String {
    switch self {
    case .readerError: "a card with a public key that the reader could not read"
    case .unreadable: "a card with a public key whose answer is incomplete"
    case .notAsked: "an answer of a card with a public key that nobody asked for, or too late"
    case .wrongSignature: "a card with a public key that did not prove it: its signature is wrong"
    }
  }
}
