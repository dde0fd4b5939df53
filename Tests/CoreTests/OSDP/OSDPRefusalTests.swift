import CoreModels
import DoorRules
import OSDPChannel
import OSDPCodec
import OSDPLine
import Testing

/// What the panel does next after a reader's refusal, by its code and by when it comes.
@Suite("Every refusal of a reader has one stated consequence (A13)")
struct OSDPRefusalTests {
  /// What comes over the line next.
  enum Next: Hashable {
    /// The same packet, as it was.
    case again
    /// A challenge at once: the channel begins anew.
    case anew
    /// A challenge, a second later.
    case later
    /// The next poll of the channel that stands.
    case goesOn
  }

  /// By code: in the clear while the channel stands; in the clear in place of the answer to a challenge,
  /// and whether the reader then counts as one that refuses; over the channel.
  static let table:
    [(code: UInt8?, inChannel: Next, inHandshake: Next, isRefuser: Bool, sealed: Next)] = [
      (1, .again, .later, false, .goesOn),  // check
      (2, .anew, .later, false, .goesOn),  // length of the command
      (3, .anew, .later, true, .goesOn),  // unknown command
      (4, .anew, .later, false, .goesOn),  // sequence number
      (5, .anew, .later, true, .goesOn),  // security block
      (6, .anew, .later, true, .goesOn),  // encryption required
      (7, .anew, .later, false, .goesOn),  // biometric type
      (8, .anew, .later, false, .goesOn),  // biometric format
      (9, .anew, .later, false, .goesOn),  // unable to process
      (10, .anew, .later, false, .goesOn),
      (255, .anew, .later, false, .goesOn),
      (nil, .anew, .later, false, .goesOn),  // without a code
    ]

  private static func refusal(_ code: UInt8?, sequence: UInt8) -> [UInt8] {
    OSDPFrame(
      address: 1, isReply: true, sequence: sequence, code: 0x41, data: code.map { [$0] } ?? []
    ).bytes
  }

  private func isChallenge(_ bytes: [UInt8]) throws -> Bool {
    try OSDPFrame(parsing: bytes).security?.step == .challenge
  }

  /// Puts one refusal in the place of the next answer and says what came then.
  private func next(
    in world: inout LineWorld, _ code: UInt8?, withZero: Bool = false
  ) throws -> Next? {
    var refusedAt: Int?
    world.sent = []
    var sentCount = 0
    world.tamper = { bytes, way in
      if way == .toReader { sentCount += 1 }
      guard way == .toPanel, refusedAt == nil, let frame = try? OSDPFrame(parsing: bytes) else {
        return
      }
      refusedAt = sentCount
      bytes = Self.refusal(code, sequence: withZero ? 0 : frame.sequence)
    }
    world.pass(milliseconds: 200)
    let place = try #require(refusedAt)
    guard world.sent.count > place else {
      world.pass(milliseconds: 1_200)
      guard world.sent.count > place else { return nil }
      return try isChallenge(world.sent[place]) ? .later : nil
    }
    if world.sent[place] == world.sent[place - 1] { return .again }
    return try isChallenge(world.sent[place]) ? .anew : .goesOn
  }

  @Test("in the clear, while the channel stands", arguments: table.indices)
  func inChannel(place: Int) throws {
    let row = Self.table[place]
    for withZero in [false, true] {
      var world = LineWorld(key: try someKey())
      world.pass(milliseconds: 1_000)
      #expect(try next(in: &world, row.code, withZero: withZero) == row.inChannel)
      world.pass(milliseconds: 1_000)
      #expect(world.line.isSecured(1))
      // A reader that starts is no attack on the numbers, and no reader was lost.
      #expect(world.line.faults[1]?[.sequence] == nil)
      #expect(!world.news.contains { if case .offline = $0 { true } else { false } })
    }
  }

  @Test("in place of the answer to a challenge", arguments: table.indices)
  func inHandshake(place: Int) throws {
    let row = Self.table[place]
    var world = LineWorld(key: try someKey())
    world.pass(milliseconds: 1_000)
    world.readers[0].restart()
    // The restarted reader's own refusal is the first; the challenge that follows is refused, too.
    var challenges = 0
    world.tamper = { bytes, way in
      guard way == .toPanel, let frame = try? OSDPFrame(parsing: bytes),
        frame.security?.step == .challengeReply
      else { return }
      challenges += 1
      if challenges == 1 { bytes = Self.refusal(row.code, sequence: frame.sequence) }
    }
    world.pass(milliseconds: 500)
    #expect(challenges == 1 && !world.line.isSecured(1))
    #expect(world.news.contains(.offline(.refused)) == row.isRefuser)
    world.pass(milliseconds: 1_000)
    #expect(challenges == 2 && world.line.isSecured(1))
    #expect(row.inHandshake == .later)
  }

  @Test("over the channel: the command is refused, and the channel stays", arguments: table.indices)
  func sealed(place: Int) throws {
    let row = Self.table[place]
    let refusal = OSDPRefusal(code: row.code ?? 0)
    var world = LineWorld(key: try someKey())
    world.pass(milliseconds: 1_000)
    world.readers[0].events = [.refused(refusal)]
    world.sent = []
    world.pass(milliseconds: 500)
    #expect(world.news.contains(.refused(code: 0x60, refusal)))
    #expect(try world.sent.allSatisfy { try !isChallenge($0) } && row.sealed == .goesOn)
    #expect(world.line.isSecured(1))
  }

  @Test("for ever: the reader is offline after 8 s, for what it says", arguments: table.indices)
  func forEver(place: Int) throws {
    let row = Self.table[place]
    var world = LineWorld(key: try someKey())
    world.pass(milliseconds: 1_000)
    world.tamper = { bytes, way in
      guard way == .toPanel, let frame = try? OSDPFrame(parsing: bytes) else { return }
      bytes = Self.refusal(row.code, sequence: frame.sequence)
    }
    world.sent = []
    world.pass(milliseconds: 12_000)
    let reason = row.code == 1 ? ReaderAbsence.silent : .refused
    #expect(world.news.filter { $0 == .offline(reason) }.count == 1)
    // It costs the line little.
    #expect(world.sent.count < 60, "\(world.sent.count)")
    world.tamper = { _, _ in }
    world.pass(milliseconds: 2_000)
    #expect(world.line.isSecured(1))
  }

  @Test("a packet that comes damaged at the reader, again and again, is repeated: no card is lost")
  func damaged() throws {
    var world = LineWorld(key: try someKey())
    world.pass(milliseconds: 1_000)
    let card = OSDPCard(bits: (0..<26).map { $0 % 3 == 0 })
    world.readers[0].events = [.card(card)]
    var count = 0
    world.tamper = { bytes, way in
      guard way == .toPanel, let frame = try? OSDPFrame(parsing: bytes) else { return }
      count += 1
      guard count % 3 == 1 else { return }
      bytes = Self.refusal(1, sequence: frame.sequence)
    }
    world.pass(milliseconds: 5_000)
    let cards = world.news.filter { if case .card = $0 { true } else { false } }
    #expect(cards == [.card(card)] && world.news.filter { $0 == .secured }.count == 1)
    #expect(world.line.faults[1]?[.notSecured] == nil)
  }

  @Test("busy for ever: the reader is offline for that, and back when it ends")
  func busy() throws {
    var world = LineWorld(key: try someKey())
    world.pass(milliseconds: 1_000)
    world.readers[0].busyCount = .max
    world.pass(milliseconds: 8_300)
    #expect(world.news.last == .offline(.busy))
    world.pass(milliseconds: 30_000)
    #expect(world.news.filter { $0 == .offline(.busy) }.count == 1)
    world.readers[0].busyCount = 0
    world.pass(milliseconds: 2_000)
    #expect(world.line.isSecured(1))
  }
}
