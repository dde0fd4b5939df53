import CoreModels
import DoorRules
import OSDPChannel
import OSDPCodec
import OSDPLine
import Testing

@Suite("A line asks its readers in turn, loses none of their cards and finds them again (A13)")
struct OSDPLineTests {
  private func card(_ number: Int) -> OSDPCard {
    OSDPCard(bits: (0..<26).map { number >> (25 - $0) & 1 == 1 })
  }

  private func cards(_ world: LineWorld) -> [OSDPCard] {
    world.news.compactMap { if case .card(let card) = $0 { card } else { nil } }
  }

  @Test("a paired reader is secured within 300 ms, and says then who it is")
  func secured() throws {
    var world = LineWorld(key: try someKey())
    world.pass(milliseconds: 300)
    #expect(world.line.isSecured(1) && world.readers[0].isSecured)
    #expect(world.news.first == .secured)
    world.pass(milliseconds: 500)
    #expect(world.readers[0].heard == [.identify, .capabilities, .localStatus])
    #expect(
      world.news.contains { if case .identity(let who) = $0 { who.serial == 6 } else { false } })
  }

  @Test("nothing but the handshake goes over the line in the clear")
  func nothingInClear() throws {
    var world = LineWorld(key: try someKey())
    world.readers[0].events = [.card(card(77)), .keys(reader: 0, keys: [0x31])]
    world.pass(milliseconds: 2_000)
    world.line.send(.text(OSDPText("Hello")), to: 1, at: world.now)
    world.pass(milliseconds: 500)
    let steps = try Set(world.sent.map { try OSDPFrame(parsing: $0).security?.step })
    #expect(steps == [.challenge, .cryptogram, .command, .sealedCommand])
  }

  @Test("a reader without a key is not talked to, and is offline for that reason")
  func unpaired() {
    var world = LineWorld(readers: [ModelReader(address: 1)], rings: [KeyRing()])
    world.pass(milliseconds: 20_000)
    #expect(world.sent.isEmpty && world.news == [.offline(.unpaired)])
  }

  @Test("a card and keys come as they were, once each, within a poll")
  func cardAndKeys() throws {
    var world = LineWorld(key: try someKey())
    world.pass(milliseconds: 1_000)
    let before = world.told.count
    world.readers[0].events = [.card(card(77))]
    world.pass(milliseconds: 120)
    #expect(Array(world.news.dropFirst(before)) == [.card(card(77))])
    world.readers[0].events = [.keys(reader: 0, keys: [0x31, 0x0D])]
    world.pass(milliseconds: 120)
    #expect(Array(world.news.dropFirst(before + 1)) == [.keys([0x31, 0x0D])])
  }

  @Test("four readers are each asked every 50 ms or as fast as 9600 bits a second allow")
  func turns() throws {
    let keys = try (1...4).map { try someKey($0) }
    var world = LineWorld(
      readers: zip(1..., keys).map { ModelReader(address: $0, key: $1) },
      rings: keys.map { KeyRing(current: $0) })
    world.pass(milliseconds: 10_000)
    world.sent = []
    world.pass(milliseconds: 10_000)
    let asked = try (1...4).map { address in
      try world.sent.filter { try OSDPFrame(parsing: $0).address == address }.count
    }
    // 14 bytes each way and 3 ms: 33 ms for a reader, 4 x 33 ms for all.
    #expect(asked.allSatisfy { (65...80).contains($0) }, "\(asked)")
  }

  @Test("four readers at 38400 bits a second are each asked every 50 ms")
  func fourReaders() throws {
    let keys = try (1...4).map { try someKey($0) }
    var world = LineWorld(
      readers: zip(1..., keys).map { ModelReader(address: $0, key: $1, speed: 38_400) },
      rings: keys.map { KeyRing(current: $0) }, speed: .b38400)
    world.pass(milliseconds: 5_000)
    world.sent = []
    world.pass(milliseconds: 10_000)
    let asked = try (1...4).map { address in
      try world.sent.filter { try OSDPFrame(parsing: $0).address == address }.count
    }
    #expect(asked.allSatisfy { (199...201).contains($0) }, "\(asked)")
  }

  @Test(
    "a card waits for the next poll at most: then the question and its answer are on the line",
    arguments: [LineTimes.pollRange.lowerBound, 50, 200, LineTimes.pollRange.upperBound])
  func latency(poll: Int) throws {
    let key = try someKey()
    for phase in stride(from: 0, to: poll, by: max(poll / 10, 3)) {
      var world = LineWorld(
        readers: [ModelReader(address: 1, key: key, speed: 38_400)],
        rings: [KeyRing(current: key)], speed: .b38400, times: LineTimes(pollMilliseconds: poll))
      world.pass(milliseconds: 3_000 + phase)
      world.readers[0].events = [.card(card(8))]
      var waited = 0
      while cards(world).isEmpty, waited < 2_000 {
        world.pass(milliseconds: 1)
        waited += 1
      }
      // 14 and 30 bytes, and 3 ms from the one to the other.
      #expect(waited <= poll + 15, "\(waited) ms")
    }
  }

  @Test("a command that is lost is sent again as it was, and its answer counts once")
  func lostCommand() throws {
    var world = LineWorld(key: try someKey())
    world.pass(milliseconds: 1_000)
    world.readers[0].events = [.card(card(5))]
    for way in [LineWorld.Way.toReader, .toPanel] {
      var count = 0
      world.tamper = { bytes, now in
        guard now == way else { return }
        count += 1
        if count <= 2 { bytes = [] }
      }
      world.pass(milliseconds: 1_000)
      #expect(world.line.isSecured(1), "\(way)")
    }
    #expect(cards(world) == [card(5)])
    #expect(!world.news.contains(.offline(.silent)))
  }

  @Test(
    "1,000 cards over a line that loses, doubles and changes bytes: none doubled, none out of order, few lost"
  )
  func noise() throws {
    var world = LineWorld(key: try someKey())
    world.pass(milliseconds: 1_000)
    var random = Xorshift(seed: 3)
    world.tamper = { bytes, _ in
      guard random.chance(1, in: 20), !bytes.isEmpty else { return }
      let place = random.number(0...bytes.count - 1)
      switch random.number(0...3) {
      case 0: bytes.remove(at: place)
      case 1: bytes.insert(bytes[place], at: place)
      case 2: bytes[place] ^= UInt8(random.number(1...255))
      default: bytes = bytes + bytes
      }
    }
    world.readers[0].events = (0..<1_000).map { .card(card($0)) }
    world.pass(milliseconds: 200_000)
    #expect(world.readers[0].events.isEmpty)
    let came = cards(world)
    // A card is lost where its answer was damaged three times over.
    #expect(came.count > 990, "\(came.count)")
    #expect(came == (0..<1_000).map(card).filter(Set(came).contains))
  }

  @Test("a reader that restarts is secured again within 2 s, and its cards come")
  func restarted() throws {
    var world = LineWorld(key: try someKey())
    world.pass(milliseconds: 1_000)
    for number in 0..<50 {
      world.readers[0].restart()
      world.readers[0].events = [.card(card(number))]
      world.pass(milliseconds: 2_000)
      #expect(world.line.isSecured(1))
    }
    #expect(cards(world) == (0..<50).map(card))
  }

  @Test("a reader that is away is offline after 8 s, once, and secured within 2 s of its return")
  func away() throws {
    let key = try someKey()
    var world = LineWorld(key: key)
    world.pass(milliseconds: 1_000)
    let readers = world.readers
    world.readers = []
    world.pass(milliseconds: 7_000)
    #expect(!world.news.contains(.offline(.silent)))
    world.pass(milliseconds: 60_000)
    #expect(world.news.filter { $0 == .offline(.silent) }.count == 1)
    world.readers = readers
    world.readers[0].restart()
    world.pass(milliseconds: 2_000)
    #expect(world.line.isSecured(1))
    #expect(world.news.filter { $0 == .secured }.count == 2)
  }

  @Test("a reader that is away costs the others of its line at most a third of their turns")
  func othersGoOn() throws {
    let keys = try (1...2).map { try someKey($0) }
    var world = LineWorld(
      readers: zip(1..., keys).map { ModelReader(address: $0, key: $1) },
      rings: keys.map { KeyRing(current: $0) })
    world.readers.removeLast()
    world.pass(milliseconds: 10_000)
    world.sent = []
    world.pass(milliseconds: 10_000)
    let asked = try world.sent.filter { try OSDPFrame(parsing: $0).address == 1 }.count
    #expect(asked > 130, "\(asked)")
  }

  @Test("a reader that is busy is asked again, and for longer than 8 s begins anew")
  func busy() throws {
    var world = LineWorld(key: try someKey())
    world.pass(milliseconds: 1_000)
    world.readers[0].events = [.card(card(9))]
    world.readers[0].busyCount = 20
    world.pass(milliseconds: 5_000)
    #expect(cards(world) == [card(9)] && world.news.filter { $0 == .secured }.count == 1)
    world.readers[0].busyCount = .max
    world.pass(milliseconds: 30_000)
    #expect(world.news.contains(.fault(.busy, count: 1)))
    #expect(!world.line.isSecured(1))
    world.readers[0].busyCount = 0
    world.pass(milliseconds: 2_000)
    #expect(world.line.isSecured(1))
  }

  @Test("two answers to one question count once")
  func twoAnswers() throws {
    var world = LineWorld(key: try someKey())
    world.pass(milliseconds: 1_000)
    world.readers[0].events = [.card(card(4))]
    world.tamper = { bytes, way in if way == .toPanel { bytes += bytes } }
    world.pass(milliseconds: 1_000)
    #expect(cards(world) == [card(4)] && world.line.isSecured(1))
    #expect((world.line.faults[1]?[.stray] ?? 0) > 0)
  }

  @Test("a line whose device goes and comes serves its readers again at once")
  func replugged() throws {
    var world = LineWorld(key: try someKey())
    world.pass(milliseconds: 1_000)
    for _ in 0..<50 {
      world.carryOut(world.line.lost())
      #expect(world.line.nextDeadline == nil && world.told.last?.news == .offline(.lineLost))
      world.readers[0].restart()
      world.pass(milliseconds: 500)
      world.carryOut(world.line.opened(at: world.now))
      world.pass(milliseconds: 500)
      #expect(world.line.isSecured(1))
    }
  }

  @Test("tamper and power are told when they change")
  func status() throws {
    var world = LineWorld(key: try someKey())
    world.pass(milliseconds: 1_000)
    let before = world.told.count
    for state in [true, true, false] {
      world.readers[0].events.append(.localStatus(isTampered: state, hasPowerFailure: !state))
    }
    world.pass(milliseconds: 1_000)
    #expect(
      Array(world.news.dropFirst(before))
        == [.tamper(true), .tamper(false), .powerFailure(true)])
  }

  @Test("of more than 16 commands that wait the next is refused, and a lamp replaces a lamp")
  func queue() throws {
    var world = LineWorld(key: try someKey())
    world.pass(milliseconds: 1_000)
    for color in OSDPLamp.Color.allCases {
      let isTaken = world.line.send(
        .lamp([OSDPLamp(permanent: .steady(color))]), to: 1, at: world.now)
      #expect(isTaken)
    }
    for number in 0..<15 as Range<UInt16> {
      let isTaken = world.line.send(.keepActive(milliseconds: number), to: 1, at: world.now)
      #expect(isTaken)
    }
    let isOneMore = world.line.send(.keepActive(milliseconds: 15), to: 1, at: world.now)
    #expect(!isOneMore)
    world.pass(milliseconds: 3_000)
    let lamps = world.readers[0].heard.filter { $0.code == 0x69 }
    #expect(lamps == [.lamp([OSDPLamp(permanent: .steady(.white))])])
    let isUnknown = world.line.send(.poll, to: 9, at: world.now)
    #expect(!isUnknown)
  }

  @Test(
    "a reader that restarts shows again what it shall show; a pulse that is over does not come again"
  )
  func signals() throws {
    var world = LineWorld(key: try someKey())
    world.pass(milliseconds: 1_000)
    let lamp = OSDPCommand.lamp([OSDPLamp(permanent: .steady(.green))])
    let pulse = OSDPCommand.output([OSDPOutput(number: 0, action: .onFor, tenths: 30)])
    world.line.send(lamp, to: 1, at: world.now)
    world.line.send(pulse, to: 1, at: world.now)
    world.pass(milliseconds: 1_000)
    world.readers[0].restart()
    world.pass(milliseconds: 2_000)
    #expect(world.readers[0].heard.filter { $0 == lamp }.count == 2)
    #expect(world.readers[0].heard.filter { $0 == pulse }.count == 1)
  }

  @Test("an answer that goes on for ever takes no more time than the longest answer")
  func endless() throws {
    let keys = try (1...2).map { try someKey($0) }
    var world = LineWorld(
      readers: zip(1..., keys).map { ModelReader(address: $0, key: $1) },
      rings: keys.map { KeyRing(current: $0) })
    world.pass(milliseconds: 1_000)
    // One reader begins a long packet and never ends it.
    world.readers.removeLast()
    world.tamper = { bytes, way in
      if way == .toReader, (try? OSDPFrame(parsing: bytes))?.address == 2 { bytes = [] }
    }
    for _ in 0..<2_000 {
      world.arrive([0x53, 0x82, 0xA0, 0x05] + [UInt8](repeating: 0, count: 20))
      world.pass(milliseconds: 20)
    }
    world.sent = []
    world.tamper = { _, _ in }
    world.pass(milliseconds: 2_000)
    #expect(world.line.isSecured(1))
  }
}
