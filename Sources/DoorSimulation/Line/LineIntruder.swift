import OSDPChannel
import OSDPCodec

/// Somebody with the line's two wires in hand, who has listened since the beginning. One attack at a time.
struct LineIntruder {
  /// The most questions that are remembered.
  private static let recordsMax = 6_000
  private static let cardCode = OSDPReply.card(OSDPCard(bits: [true])).code

  /// What is under way.
  private struct Raid {
    var attack: LineAttack
    var address: UInt8
    /// The card that shall open.
    var card: OSDPReply
    /// A reader of its own, which was never paired.
    var device: ModelReader
    var steps = 0
  }

  private var raid: Raid?
  /// What was answered to each question, last.
  private var answers: [[UInt8]: [UInt8]] = [:]
  /// By address: the last card's answer over a channel, and the last MAC.
  private var cards: [UInt8: OSDPFrame] = [:]
  private var macs: [UInt8: [UInt8]] = [:]

  /// The address of the reader whose wires it has in hand.
  var victim: UInt8? { raid?.address }

  mutating func begin(
    _ attack: LineAttack, at address: UInt8, card: OSDPReply, cipher: any BlockCipher
  ) {
    var device = ModelReader(address: address, cipher: cipher)
    device.events = [card]
    raid = Raid(attack: attack, address: address, card: card, device: device)
  }

  mutating func end() { raid = nil }

  mutating func listen(_ question: [UInt8], _ answer: [UInt8]) {
    if answers.count >= Self.recordsMax { answers = [:] }
    answers[question] = answer
    guard let frame = try? OSDPFrame(parsing: answer), frame.security?.step.hasMAC == true else {
      return
    }
    macs[frame.address] = frame.mac
    // What kind of answer it is can be seen.
    if frame.code == Self.cardCode { cards[frame.address] = frame }
  }

  /// What comes in place of the reader, which is cut off; nil when it is not.
  mutating func answerInPlace(of question: [UInt8]) -> [UInt8]? {
    guard var raid, var frame = try? OSDPFrame(parsing: question), frame.address == raid.address
    else { return nil }
    switch raid.attack {
    case .defaultKey:
      if frame.security?.step == .challenge { frame.security?.data = [0] }
      let answer = raid.device.hear(frame.bytes)
      self.raid = raid
      return answer
    case .replaySession: return answers[question] ?? []
    case .clearCard, .capabilities, .replayCard, .sequence, .changedMAC, .forgedMAC, .refusals,
      .busy, .forgedChallenge:
      return nil
    }
  }

  /// What the reader hears of a question; nothing when it is cut off.
  mutating func changed(question: [UInt8]) -> [UInt8] {
    guard var raid, let frame = try? OSDPFrame(parsing: question), frame.address == raid.address
    else { return question }
    switch raid.attack {
    case .defaultKey, .replaySession: return []
    case .forgedChallenge:
      raid.steps += 1
      self.raid = raid
      guard raid.steps % 8 == 1 else { return question }
      let challenge = OSDPCommand.challenge([1, 2, 3, 4, 5, 6, 7, 8])
      return OSDPFrame(
        address: raid.address, isReply: false, sequence: 0,
        security: .init(.challenge, data: [1]), code: challenge.code, data: challenge.data
      ).bytes
    case .clearCard, .capabilities, .replayCard, .sequence, .changedMAC, .forgedMAC, .refusals,
      .busy:
      return question
    }
  }

  /// What comes in place of an answer.
  mutating func changed(answer: [UInt8], to question: [UInt8]) -> [UInt8] {
    guard var raid, let asked = try? OSDPFrame(parsing: question), asked.address == raid.address,
      let frame = try? OSDPFrame(parsing: answer)
    else { return answer }
    raid.steps += 1
    self.raid = raid
    let isOdd = raid.steps % 2 == 1
    func clear(_ reply: OSDPReply) -> [UInt8] {
      OSDPFrame(
        address: raid.address, isReply: true, sequence: asked.sequence, code: reply.code,
        data: reply.data
      ).bytes
    }
    var changed = frame
    switch raid.attack {
    case .clearCard: return clear(raid.card)
    case .capabilities:
      // No communication security; then a card as such a reader sends it.
      let none = OSDPCapability(function: 9, level: 0, count: 0)
      return clear(isOdd ? .capabilities([none]) : raid.card)
    case .replayCard:
      guard var old = cards[raid.address] else { return answer }
      if isOdd { old.sequence = asked.sequence }
      return old.bytes
    case .sequence: changed.sequence = (frame.sequence + 1) & 3
    case .changedMAC:
      guard !frame.mac.isEmpty else { return answer }
      if frame.data.isEmpty || isOdd { changed.mac[1] ^= 0x40 } else { changed.data[0] ^= 0x40 }
    case .forgedMAC:
      guard let mac = macs[raid.address] else { return answer }
      return OSDPFrame(
        address: raid.address, isReply: true, sequence: asked.sequence, security: .init(.reply),
        code: raid.card.code, data: raid.card.data, mac: mac
      ).bytes
    case .refusals: return clear(.refused(isOdd ? .encryptionRequired : .check))
    case .busy: return clear(.busy)
    case .defaultKey, .replaySession, .forgedChallenge: return answer
    }
    return changed.bytes
  }
}
