import CoreModels
import DoorRules
import OSDPChannel
import OSDPCodec
import OSDPLine
import Testing

@Suite("A reader gets a key of its own only by a person, and keeps it (A13, D4)")
struct OSDPPairingTests {
  private func unpaired(speed: UInt32 = 9_600) -> LineWorld {
    LineWorld(readers: [ModelReader(address: 1, speed: speed)], rings: [KeyRing()])
  }

  /// The key bytes of the challenges that the panel sent: 0 for that of an unpaired reader.
  private func challenged(_ world: LineWorld) -> [UInt8] {
    world.sent.compactMap { try? OSDPFrame(parsing: $0) }
      .filter { $0.security?.step == .challenge }.compactMap { $0.security?.data.first }
  }

  @Test("a reader without a key takes one, proves it, and is served under it alone")
  func pairs() throws {
    var world = unpaired()
    let key = try someKey()
    world.pair(key: key)
    world.pass(milliseconds: 5_000)
    #expect(world.news.contains(.paired) && world.news.last != .offline(.unpaired))
    #expect(world.readers[0].key == key && world.line.isSecured(1))
    world.sent = []
    world.readers[0].restart()
    world.pass(milliseconds: 10_000)
    #expect(world.line.isSecured(1) && challenged(world) == [1])
  }

  @Test("without a person the key of an unpaired reader is never used, whatever the reader is")
  func neverByItself() throws {
    for reader in [ModelReader(address: 1), ModelReader(address: 1, key: try someKey(2))] {
      var world = LineWorld(readers: [reader], rings: [KeyRing(current: try someKey(1))])
      world.pass(milliseconds: 60_000)
      #expect(!challenged(world).isEmpty && challenged(world).allSatisfy { $0 == 1 })
      #expect(!world.line.isSecured(1))
      #expect(!world.news.contains(.secured))
    }
  }

  @Test(
    "another reader in the place of a paired one is offline for that reason until somebody pairs it"
  )
  func replaced() throws {
    var world = LineWorld(
      readers: [ModelReader(address: 1, key: try someKey(2))],
      rings: [KeyRing(current: try someKey(1))])
    world.pass(milliseconds: 2_000)
    #expect(world.news.contains(.offline(.wrongKey)))
    world.pass(milliseconds: 60_000)
    #expect(world.news.filter { $0 == .offline(.wrongKey) }.count == 1)
    let new = ModelReader(address: 1)
    world.readers = [new]
    world.pass(milliseconds: 20_000)
    #expect(!world.line.isSecured(1))
    let key = try someKey(3)
    world.pair(key: key)
    world.pass(milliseconds: 10_000)
    #expect(world.line.isSecured(1) && world.readers[0].key == key)
  }

  @Test("a paired reader is given a new key under its own, not under that of an unpaired one")
  func pairedAgain() throws {
    var world = LineWorld(key: try someKey(1))
    world.pass(milliseconds: 1_000)
    world.sent = []
    let key = try someKey(2)
    world.pair(key: key)
    world.pass(milliseconds: 5_000)
    #expect(world.news.contains(.paired) && world.readers[0].key == key)
    #expect(challenged(world).allSatisfy { $0 == 1 })
  }

  @Test("a card under the key of an unpaired reader is not told")
  func noCardWhilePairing() throws {
    var world = unpaired()
    world.readers[0].events = [.card(OSDPCard(bits: [true]))]
    // The reader never gets its key.
    world.tamper = { bytes, way in
      guard way == .toReader, let frame = try? OSDPFrame(parsing: bytes), frame.code == 0x75 else {
        return
      }
      bytes = []
    }
    world.pair(key: try someKey(), seconds: 10)
    world.pass(milliseconds: 30_000)
    #expect(!world.news.contains { if case .card = $0 { true } else { false } })
    #expect(world.news.contains(.notPaired(.timeOver)))
  }

  @Test("pairing ends by itself, and the key of an unpaired reader with it")
  func ends() throws {
    var world = LineWorld(readers: [ModelReader(address: 2)], rings: [KeyRing()])
    world.readers = []
    world.pair(2, key: try someKey(), seconds: 5)
    world.pass(milliseconds: 6_000)
    #expect(world.news.contains(.notPaired(.timeOver)))
    world.sent = []
    world.pass(milliseconds: 30_000)
    #expect(challenged(world).allSatisfy { $0 == 1 })
  }

  @Test("a reader whose answer to the new key was lost is found under it, after a power cut too")
  func answerLost() throws {
    let key = try someKey()
    var reader = ModelReader(address: 1)
    var world = unpaired()
    world.tamper = { bytes, way in
      guard way == .toPanel, let frame = try? OSDPFrame(parsing: bytes),
        frame.security?.step == .reply
      else { return }
      bytes = []
    }
    world.pair(key: key, seconds: 3)
    world.pass(milliseconds: 1_000)
    #expect(world.readers[0].key == key && !world.news.contains(.paired))
    // The controller starts again, with what it kept.
    reader = world.readers[0]
    reader.restart()
    var next = LineWorld(readers: [reader], rings: [KeyRing(candidate: key)])
    next.pass(milliseconds: 3_000)
    #expect(next.news.contains(.paired) && next.line.isSecured(1))
  }

  @Test("a key that was kept but never sent does not shut out the reader's present key")
  func candidateUnused() throws {
    var world = LineWorld(
      readers: [ModelReader(address: 1, key: try someKey(1))],
      rings: [KeyRing(current: try someKey(1), candidate: try someKey(2))])
    world.pass(milliseconds: 2_000)
    #expect(world.line.isSecured(1))
    var other = LineWorld(
      readers: [ModelReader(address: 1, key: try someKey(2))],
      rings: [KeyRing(current: try someKey(1), candidate: try someKey(2))])
    other.pass(milliseconds: 2_000)
    #expect(other.line.isSecured(1) && other.news.contains(.paired))
  }

  @Test(
    "a reader that speaks at another speed is found and set to the line's",
    arguments: [UInt32(19_200), 38_400, 115_200, 230_400])
  func speeds(speed: UInt32) throws {
    var world = unpaired(speed: speed)
    world.pair(key: try someKey(), seconds: 60)
    world.pass(milliseconds: 30_000)
    #expect(world.news.contains(.paired))
    #expect(world.readers[0].speed == 9_600 && world.speed == .b9600 && world.line.isSecured(1))
  }
}
