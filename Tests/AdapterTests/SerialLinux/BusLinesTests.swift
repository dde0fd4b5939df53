import CloudProtocol
import DoorCore
import DoorPorts
import DoorRules
import OSDPLine
import Testing

@testable import DoorRuntime

@Suite("A door whose lines are at a reader (A3, A6, A13)")
struct BusLinesTests {
  private static let off = [false, false]

  private func world() throws -> (ShellWorld, LinesBus) {
    let bus = LinesBus()
    let world = try ShellWorld(readers: bus) { try ShellWorld.members($0, digester()) }
    return (world, bus)
  }

  private func digester() throws -> CredentialDigester {
    try #require(CredentialDigester(keyBytes: Array(repeating: 7, count: 32)))
  }

  /// The reader is there, with the leaf closed and nobody at the button.
  private func served() throws -> (ShellWorld, LinesBus) {
    let (world, bus) = try world()
    bus.tell(.secured, to: world)
    bus.tell(.inputs(Self.off), to: world)
    world.pass(milliseconds: 100)
    return (world, bus)
  }

  private func door(_ world: ShellWorld) -> RuntimeStatus.Door? { world.shell.status().doors.first }

  @Test("until the reader has told it, the contact is unknown, and nothing is raised")
  func start() throws {
    let (world, bus) = try world()
    world.pass(milliseconds: 3_000)
    #expect(door(world)?.open == nil && door(world)?.relayActive == nil && world.alarms == [])
    bus.tell(.secured, to: world)
    bus.tell(.inputs([true, false]), to: world)
    world.pass(milliseconds: 3_000)
    #expect(door(world)?.open == true && world.alarms == [])
  }

  @Test("the leaf and the exit button are followed as at lines of the controller")
  func follows() throws {
    let (world, bus) = try served()
    bus.tell(.inputs([false, true]), to: world)
    world.pass(milliseconds: 50)
    #expect(bus.driven.last == true)
    bus.tell(.inputs([true, false]), to: world)
    world.pass(milliseconds: 100)
    #expect(door(world)?.open == true)
    bus.tell(.inputs(Self.off), to: world)
    world.pass(milliseconds: 6_000)
    #expect(bus.driven.last == false && door(world)?.open == false && world.alarms == [])
  }

  @Test("a released relay is told so again every second, since its reader holds it for three")
  func again() throws {
    let (world, bus) = try served()
    bus.tell(.inputs([false, true]), to: world)
    let before = bus.driven.count
    world.pass(milliseconds: 10_000)
    let driven = bus.driven.dropFirst(before)
    #expect(driven.count >= 10 && driven.allSatisfy { $0 })
  }

  @Test("A3: with the reader away the contact is unknown, the door free, and each is an alarm")
  func away() throws {
    let (world, bus) = try served()
    bus.tell(.offline(.silent), to: world)
    world.pass(milliseconds: 60_000)
    #expect(world.alarms == ["readerGone", "contactLost", "exitLost"])
    #expect(door(world)?.open == nil && door(world)?.relayActive == nil)
    #expect(door(world)?.lock == .released && bus.driven.last == true)
    // One line for the technician who reads the journal: which reader, where, what to do, what is gone.
    let told = "error: reader front-in at a line: look; with it: relay of door front"
    #expect(world.log.filter { $0.contains(told) }.count == 1, "\(world.log)")
    let troubles = world.shell.status().troubles
    #expect(
      troubles.contains {
        $0.contains("with it: relay of door front, contact of door front, request to exit of door")
      }, "\(troubles)")
    let before = bus.driven.count
    bus.tell(.secured, to: world)
    // The relay came to rest meanwhile.
    #expect(bus.driven.dropFirst(before).first == true)
    bus.tell(.inputs(Self.off), to: world)
    world.pass(milliseconds: 6_000)
    #expect(bus.driven.last == false && door(world)?.open == false)
    #expect(
      world.log.filter { $0.contains("notice: reader front-in at a line is served") }.count == 1)
    #expect(world.alarms.suffix(3) == ["-readerGone", "-contactLost", "-exitLost"])
  }

  @Test("a report that is lost on its way is made up for within a second")
  func lostReport() throws {
    let (world, bus) = try served()
    bus.tell(.inputs([false, true]), to: world, isLost: true)
    world.pass(milliseconds: 1_100)
    #expect(bus.driven.last == true)
    bus.tell(.offline(.silent), to: world, isLost: true)
    world.pass(milliseconds: 1_100)
    #expect(Set(world.alarms) == ["contactLost", "exitLost"])
  }

  @Test("an order fails at once while the reader is away")
  func orderAway() throws {
    let (world, _) = try world()
    #expect {
      try world.shell.site.tryLock(of: ShellWorld.door, by: "ann", reason: "a try")
    } throws: { "\($0)".contains("is at the reader front-in, which is away") }
  }
}

@Suite("Magnets at readers whose line comes back get their current one after the other (A13)")
struct BusTurnTests {
  private static let doors = [ShellWorld.door, DoorID("back")!, DoorID("side")!]

  /// Three magnet doors at readers, secured.
  private func secured() throws -> (ShellWorld, LinesBus) {
    let bus = LinesBus(doors: Self.doors, hasInputs: false)
    let world = try ShellWorld(readers: bus, doors: Self.doors, areFailSafe: true)
    bus.time.withLock { $0 = world.time }
    for door in Self.doors { bus.tell(.secured, of: door, to: world) }
    world.pass(milliseconds: 3_000)
    return (world, bus)
  }

  /// When each relay heard first that it shall be active, in milliseconds after `start`.
  private func firsts(_ bus: LinesBus, since start: MonotonicInstant) -> [Int] {
    Self.doors.compactMap { door in
      bus.orders.first { $0.door == door && $0.isActive && !$0.isLost && $0.at >= start }
    }.map { $0.at.microseconds(since: start) / 1_000 }
  }

  private static let inTurn: [Int] = [0, 50, 100]

  @Test("A3: after an absence, and after the start")
  func absence() throws {
    let (world, bus) = try secured()
    #expect(firsts(bus, since: ShellTime.start) == Self.inTurn)
    for door in Self.doors { bus.tell(.offline(.lineLost), of: door, to: world) }
    world.pass(milliseconds: 60_000)
    let back = world.time.now()
    for door in Self.doors { bus.tell(.secured, of: door, to: world) }
    world.pass(milliseconds: 5_000)
    #expect(firsts(bus, since: back) == Self.inTurn)
  }

  @Test("a gap that is too short for an absence, but in which the readers' relays came to rest")
  func shortGap() throws {
    let (world, bus) = try secured()
    bus.isDeaf.withLock { $0 = true }
    world.pass(milliseconds: 6_000)
    bus.isDeaf.withLock { $0 = false }
    let back = world.time.now()
    world.pass(milliseconds: 2_000)
    let firsts = firsts(bus, since: back).sorted()
    #expect(zip(firsts, firsts.dropFirst()).allSatisfy { $1 - $0 >= 50 }, "\(firsts)")
    #expect(firsts.count == Self.doors.count && firsts.allSatisfy { $0 <= 1_150 })
  }
}

@Suite("An order for a relay at a reader ends when the reader has answered (A13)")
struct BusOrderTests {
  private static let door = ShellWorld.door
  private static let start = MonotonicInstant(nanoseconds: 1_000_000_000)
  private static let movement = LockDriver.Movement(door: door, level: .released, order: "o-1")

  private func driver(failSafe: Bool = false) -> LockDriver {
    var locks = LockDriver(
      failSafeDoors: failSafe ? [Self.door] : [], commitDeadlineMilliseconds: 50,
      staggerMilliseconds: 100)
    locks.awaitAnswer("o-1", of: Self.movement, at: Self.start)
    return locks
  }

  /// How each order ended.
  private func ends(_ wishes: [Wish]) -> [String] {
    wishes.compactMap { wish in
      guard case .end(let order, let end) = wish else { return nil }
      return end.failure(of: "") == nil ? "\(order) done" : "\(order) failed"
    }
  }

  @Test("it is done when the relay has the level of the order, and only once")
  func done() {
    for failSafe in [false, true] {
      var locks = driver(failSafe: failSafe)
      #expect(ends(locks.answered(DoorID("back")!, isActive: !failSafe)) == [])
      #expect(ends(locks.answered(Self.door, isActive: failSafe)) == [])
      #expect(ends(locks.answered(Self.door, isActive: !failSafe)) == ["o-1 done"])
      #expect(ends(locks.answered(Self.door, isActive: !failSafe)) == [])
      #expect(locks.nextDeadline == nil)
    }
  }

  @Test("it has failed when the reader refuses or is away")
  func refused() {
    var locks = driver()
    #expect(ends(locks.notAnswered(DoorID("back")!)) == [])
    #expect(ends(locks.notAnswered(Self.door)) == ["o-1 failed"])
    #expect(ends(locks.advance(to: Self.start.advanced(byMilliseconds: 10_000))) == [])
  }

  @Test("it has failed after two seconds without an answer, not before")
  func late() {
    var locks = driver()
    #expect(locks.nextDeadline == Self.start.advanced(byMilliseconds: 2_000))
    #expect(ends(locks.advance(to: Self.start.advanced(byMilliseconds: 1_999))) == [])
    #expect(ends(locks.advance(to: Self.start.advanced(byMilliseconds: 2_000))) == ["o-1 failed"])
    #expect(ends(locks.answered(Self.door, isActive: true)) == [])
  }
}
