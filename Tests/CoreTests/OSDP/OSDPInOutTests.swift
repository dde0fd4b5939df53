import CoreModels
import DoorRules
import OSDPChannel
import OSDPCodec
import OSDPLine
import Testing

@Suite("A reader's inputs and outputs over its secured line (A13)")
struct OSDPInOutTests {
  /// A reader whose inputs a door needs.
  private func world(_ key: ReaderKey, watched: Bool = true) -> LineWorld {
    LineWorld(
      readers: [ModelReader(address: 1, key: key)], rings: [KeyRing(current: key)],
      inputsOf: watched ? [1] : [])
  }

  private func levels(_ world: LineWorld) -> [[Bool]] {
    world.news.compactMap { if case .inputs(let levels) = $0 { levels } else { nil } }
  }

  @Test("inputs are asked for as soon as the channel stands, and then twice a second")
  func asked() throws {
    var world = world(try someKey())
    world.readers[0].lines.inputs = [true, false]
    world.pass(milliseconds: 600)
    #expect(levels(world).first == [true, false])
    let before = world.readers[0].heard.count
    world.pass(milliseconds: 10_000)
    let questions = world.readers[0].heard.dropFirst(before)
    #expect(questions.allSatisfy { $0 == .inputStatus })
    #expect((19...20).contains(questions.count), "\(questions.count)")
    world.readers[0].lines.inputs = [true, true]
    world.pass(milliseconds: 600)
    #expect(levels(world).last == [true, true])
  }

  @Test("a reader whose inputs nobody needs is not asked for them")
  func notAsked() throws {
    var world = world(try someKey(), watched: false)
    world.pass(milliseconds: 5_000)
    #expect(!world.readers[0].heard.contains(.inputStatus))
  }

  @Test("a change that a reader tells by itself comes with its next poll, and no card waits longer")
  func unasked() throws {
    let key = try someKey()
    for phase in stride(from: 0, to: 600, by: 40) {
      var world = LineWorld(
        readers: [ModelReader(address: 1, key: key, speed: 38_400)],
        rings: [KeyRing(current: key)], inputsOf: [1], speed: .b38400)
      world.pass(milliseconds: 3_000 + phase)
      let card = OSDPCard(bits: [true, false, true, true])
      world.readers[0].events = [.inputs([true]), .card(card)]
      let before = world.told.count
      var waited = 0
      while !world.news.dropFirst(before).contains(.card(card)), waited < 2_000 {
        world.pass(milliseconds: 1)
        waited += 1
      }
      #expect(world.news.dropFirst(before).contains(.inputs([true])))
      // Two polls, one question for the inputs, and the time on the line.
      #expect(waited <= 2 * 50 + 15 + 12, "\(waited) ms")
    }
  }

  @Test("after a new channel the inputs are asked for at once")
  func again() throws {
    var world = world(try someKey())
    world.pass(milliseconds: 2_100)
    world.readers[0].restart()
    let before = world.told.count
    world.pass(milliseconds: 400)
    #expect(world.line.isSecured(1))
    #expect(world.news.dropFirst(before).contains(.inputs([false])))
  }

  @Test("a reader that knows no inputs, or only says that it heard, has none")
  func refused() throws {
    var world = world(try someKey())
    world.readers[0].lines.isThere = false
    world.pass(milliseconds: 1_000)
    #expect(world.news.contains(.refused(code: 0x65, .unknownCommand)))
    #expect(levels(world).isEmpty && world.line.isSecured(1))
  }

  @Test("an output's command is told as done when the reader has answered it, with its levels")
  func driven() throws {
    let on = OSDPOutput(number: 0, action: .onFor, tenths: 30)
    for tells in [true, false] {
      var world = world(try someKey(), watched: false)
      world.readers[0].lines.tellsOutputs = tells
      world.pass(milliseconds: 1_000)
      world.line.send(.output([on]), to: 1, at: world.now)
      #expect(!world.news.contains(.driven([on])))
      world.pass(milliseconds: 300)
      #expect(world.news.contains(.driven([on])))
      #expect(world.news.contains(.outputs([true])))
      #expect(world.readers[0].heard.contains(.outputStatus) == !tells)
    }
  }

  @Test("an output that the reader refuses is told, and not as done")
  func notDriven() throws {
    var world = world(try someKey(), watched: false)
    world.pass(milliseconds: 1_000)
    world.line.send(.output([OSDPOutput(number: 9, action: .onAtOnce)]), to: 1, at: world.now)
    world.pass(milliseconds: 300)
    #expect(world.news.contains(.refused(code: 0x68, .unableToProcess)))
    #expect(!world.news.contains { if case .driven = $0 { true } else { false } })
  }

  @Test("an output that was switched for a time before its reader went is not switched so again")
  func pulseIsOver() throws {
    var world = world(try someKey(), watched: false)
    world.line.send(
      .output([OSDPOutput(number: 0, action: .offAtOnce)]), to: 1, at: world.now)
    world.pass(milliseconds: 1_000)
    world.line.send(
      .output([OSDPOutput(number: 0, action: .onFor, tenths: 30)]), to: 1, at: world.now)
    world.pass(milliseconds: 500)
    #expect(world.readers[0].lines.outputs == [true])
    world.readers[0].restart()
    let before = world.readers[0].heard.count
    world.pass(milliseconds: 5_000)
    let heard = world.readers[0].heard.dropFirst(before).filter { $0.code == 0x68 }
    // What stays is said again, and leaves a timer alone.
    #expect(heard == [.output([OSDPOutput(number: 0, action: .offAfterTimer)])])
    #expect(world.readers[0].lines.outputs == [false])
  }

  @Test(
    "A3: a relay waits for no identity, no list of abilities and no lamp of a reader that is back")
  func relayFirst() throws {
    var world = world(try someKey())
    let release = OSDPCommand.output([OSDPOutput(number: 0, action: .onFor, tenths: 30)])
    while !world.news.contains(.secured) { world.pass(milliseconds: 1) }
    world.line.send(.lamp([OSDPLamp(permanent: .steady(.green))]), to: 1, at: world.now)
    world.line.send(release, to: 1, at: world.now)
    world.pass(milliseconds: 2_000)
    // One question may have been on its way.
    #expect(world.readers[0].heard.prefix(2).contains(release), "\(world.readers[0].heard)")
  }

  @Test("A3: a relay that shall change waits for no other reader's relay that is kept as it is")
  func changeFirst() throws {
    let keys = try (1...5).map { try someKey(UInt64($0)) }
    var world = LineWorld(
      readers: keys.enumerated().map { ModelReader(address: UInt8($0 + 1), key: $1) },
      rings: keys.map { KeyRing(current: $0) })
    let keep = OSDPCommand.output([OSDPOutput(number: 0, action: .onFor, tenths: 1_800)])
    let release = OSDPCommand.output([OSDPOutput(number: 0, action: .offAtOnce)])
    for address in UInt8(1)...5 { world.line.send(keep, to: address, at: world.now) }
    world.pass(milliseconds: 3_000)
    for phase in stride(from: 0, to: 300, by: 20) {
      for address in UInt8(1)...5 { world.line.send(keep, to: address, at: world.now) }
      world.pass(milliseconds: 400)
      for address in UInt8(1)...5 { world.line.send(keep, to: address, at: world.now) }
      world.pass(milliseconds: phase)
      world.line.send(release, to: 3, at: world.now)
      let before = world.told.count
      var waited = 0
      while !world.told.dropFirst(before).contains(where: {
        $0.news == .driven([OSDPOutput(number: 0, action: .offAtOnce)])
      }), waited < 2_000 {
        world.pass(milliseconds: 1)
        waited += 1
      }
      // The question that is on its way, and its own, each with its answer.
      #expect(waited <= 2 * 75, "\(waited) ms at \(phase)")
    }
  }

  @Test("what an output goes back to is said before what it shall be for now, and ends that")
  func restBeforeTimer() throws {
    var world = world(try someKey())
    while !world.news.contains(.secured) { world.pass(milliseconds: 1) }
    func order(_ action: OSDPOutput.Action, _ tenths: UInt16 = 0) {
      world.line.send(
        .output([OSDPOutput(number: 0, action: action, tenths: tenths)]), to: 1, at: world.now)
    }
    order(.onAtOnce)
    order(.offFor, 10)
    order(.offFor, 30)
    world.pass(milliseconds: 1_000)
    #expect(world.readers[0].lines.lasting == [true] && world.readers[0].lines.outputs == [false])
    world.readers[0].lines.endTimers()
    #expect(world.readers[0].lines.outputs == [true])
    order(.offFor, 30)
    order(.onAtOnce)
    world.pass(milliseconds: 1_000)
    #expect(world.readers[0].lines.outputs == [true])
  }
}
