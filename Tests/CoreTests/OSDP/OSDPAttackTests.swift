import CoreModels
import DoorRules
import OSDPChannel
import OSDPCodec
import OSDPLine
import Testing

/// Somebody has both wires in hand. Nothing that they do opens a door or lowers what the panel asks for;
/// they can only keep a reader from being heard, and that is told.
@Suite("Attacks on the line are refused, and told (A13, D4)")
struct OSDPAttackTests {
  private static let forged = OSDPCard(bits: [true, false, true, true])

  private func secured() throws -> LineWorld {
    var world = LineWorld(key: try someKey())
    world.pass(milliseconds: 1_000)
    #expect(world.line.isSecured(1))
    return world
  }

  private func cards(_ world: LineWorld) -> [OSDPCard] {
    world.news.compactMap { if case .card(let card) = $0 { card } else { nil } }
  }

  private func told(_ world: LineWorld, _ fault: OSDPFault) -> Bool {
    world.news.contains { if case .fault(fault, _) = $0 { true } else { false } }
  }

  @Test("a card in the clear in place of the answer is no card")
  func clearCard() throws {
    var world = try secured()
    world.tamper = { bytes, way in
      guard way == .toPanel, let frame = try? OSDPFrame(parsing: bytes) else { return }
      let reply = OSDPReply.card(Self.forged)
      bytes =
        OSDPFrame(
          address: 1, isReply: true, sequence: frame.sequence, code: reply.code, data: reply.data
        ).bytes
    }
    world.pass(milliseconds: 20_000)
    #expect(cards(world).isEmpty && told(world, .notSecured))
    #expect(world.news.contains(.offline(.silent)) || world.news.contains(.offline(.wrongKey)))
    world.tamper = { _, _ in }
    world.pass(milliseconds: 6_000)
    #expect(world.line.isSecured(1))
  }

  @Test("a recorded card does not open a second time, in this channel or the next")
  func replayedCard() throws {
    var world = try secured()
    var recorded: [UInt8] = []
    world.tamper = { bytes, way in if way == .toPanel, bytes.count > 20 { recorded = bytes } }
    world.readers[0].events = [.card(Self.forged)]
    world.pass(milliseconds: 200)
    #expect(cards(world).count == 1 && !recorded.isEmpty)
    let kept = try OSDPFrame(parsing: recorded)
    world.tamper = { bytes, way in
      guard way == .toPanel, let real = try? OSDPFrame(parsing: bytes) else { return }
      var old = kept
      old.sequence = real.sequence
      bytes = old.bytes
    }
    world.pass(milliseconds: 3_000)
    #expect(cards(world).count == 1 && told(world, .wrongMAC))
  }

  @Test("a forged list of what the reader can do lowers nothing")
  func forgedCapabilities() throws {
    var world = try secured()
    world.tamper = { bytes, way in
      guard way == .toPanel, let frame = try? OSDPFrame(parsing: bytes) else { return }
      // No communication security, no AES.
      let reply = OSDPReply.capabilities([OSDPCapability(function: 9, level: 0, count: 0)])
      bytes =
        OSDPFrame(
          address: 1, isReply: true, sequence: frame.sequence, code: reply.code, data: reply.data
        ).bytes
    }
    world.sent = []
    world.pass(milliseconds: 20_000)
    let steps = try Set(world.sent.map { try OSDPFrame(parsing: $0).security?.step })
    #expect(
      !steps.contains(nil)
        && !world.news.contains(.capabilities([OSDPCapability(function: 9, level: 0, count: 0)])))
    #expect(told(world, .notSecured))
  }

  @Test(
    "a reader that offers the key of an unpaired one is not served, and the panel never offers it")
  func defaultKey() throws {
    var world = try secured()
    world.readers = [ModelReader(address: 1)]
    world.tamper = { bytes, way in
      // The forger turns each challenge into one under the key that everybody has.
      guard way == .toReader, var frame = try? OSDPFrame(parsing: bytes),
        frame.security?.step == .challenge
      else { return }
      frame.security?.data = [0]
      bytes = frame.bytes
    }
    world.readers[0].events = [.card(Self.forged)]
    world.sent = []
    world.pass(milliseconds: 30_000)
    #expect(cards(world).isEmpty && told(world, .otherKey))
    #expect(world.news.contains(.offline(.wrongKey)))
    let offered = try world.sent.map { try OSDPFrame(parsing: $0) }.filter {
      $0.security?.step == .challenge && $0.security?.data != [1]
    }
    #expect(offered.isEmpty)
  }

  @Test("other sequence numbers are not believed, and told")
  func sequences() throws {
    var world = try secured()
    world.tamper = { bytes, way in
      guard way == .toPanel, var frame = try? OSDPFrame(parsing: bytes) else { return }
      frame.sequence = (frame.sequence + 1) & 3
      bytes = frame.bytes
    }
    world.readers[0].events = [.card(Self.forged)]
    world.pass(milliseconds: 10_000)
    #expect(cards(world).isEmpty && told(world, .sequence))
  }

  @Test(
    "a MAC that was changed, or of other data, is not believed, and the right answer still counts")
  func macs() throws {
    var world = try secured()
    world.readers[0].events = [.card(Self.forged)]
    var left = 2
    world.tamper = { bytes, way in
      guard way == .toPanel, left > 0, var frame = try? OSDPFrame(parsing: bytes) else { return }
      left -= 1
      frame.mac[1] ^= 0x40
      bytes = frame.bytes
    }
    world.pass(milliseconds: 2_000)
    #expect(cards(world) == [Self.forged] && told(world, .wrongMAC))
    #expect(world.news.filter { $0 == .secured }.count == 1)
  }

  @Test("refusals and pleas for patience in the clear only delay; the reader is back when they end")
  func forgedRefusals() throws {
    for code in UInt8(1)...9 {
      var world = try secured()
      world.tamper = { bytes, way in
        guard way == .toPanel, let frame = try? OSDPFrame(parsing: bytes) else { return }
        bytes =
          OSDPFrame(
            address: 1, isReply: true, sequence: frame.sequence, code: 0x41, data: [code]
          ).bytes
      }
      world.sent = []
      world.pass(milliseconds: 10_000)
      let isOfDamage = code == OSDPRefusal.check.code
      #expect(!world.line.isSecured(1) && told(world, isOfDamage ? .check : .notSecured))
      #expect(world.sent.count < 120, "\(world.sent.count)")
      world.tamper = { _, _ in }
      world.pass(milliseconds: 2_000)
      #expect(world.line.isSecured(1))
    }
  }

  @Test("what is sent to the reader in place of a question gets nobody a channel")
  func forgedQuestions() throws {
    var world = try secured()
    // The reader is told to begin anew, by somebody without its key.
    var isDone = false
    world.tamper = { bytes, way in
      guard way == .toReader, !isDone else { return }
      isDone = true
      bytes =
        OSDPFrame(
          address: 1, isReply: false, sequence: 0, security: .init(.challenge, data: [1]),
          code: 0x76, data: [1, 2, 3, 4, 5, 6, 7, 8]
        ).bytes
    }
    world.readers[0].events = [.card(Self.forged)]
    world.pass(milliseconds: 3_000)
    #expect(world.line.isSecured(1) && cards(world) == [Self.forged])
  }

  @Test("the new key is not to be seen by who does not know the key before it")
  func recordedKey() throws {
    var world = LineWorld(key: try someKey(1))
    world.pass(milliseconds: 1_000)
    let new = try someKey(2)
    world.sent = []
    world.pair(key: new)
    world.pass(milliseconds: 5_000)
    #expect(world.news.contains(.paired))
    let line = world.sent.joined()
    let bytes = Array(line)
    #expect(!bytes.indices.contains { bytes[$0...].starts(with: new.reveal().prefix(4)) })
  }

  @Test("one fault of a kind is told a minute, with how often it came")
  func toldSeldom() throws {
    var world = try secured()
    world.tamper = { bytes, way in
      guard way == .toPanel, var frame = try? OSDPFrame(parsing: bytes), !frame.mac.isEmpty else {
        return
      }
      frame.mac[0] ^= 1
      bytes = frame.bytes
    }
    world.pass(milliseconds: 130_000)
    let counts = world.news.compactMap {
      if case .fault(.wrongMAC, let count) = $0 { count } else { nil }
    }
    #expect(counts.count == 3 && counts[0] == 1 && counts[2] > 10, "\(counts)")
  }
}
