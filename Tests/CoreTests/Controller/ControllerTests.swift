import DoorCore
import DoorRules
import Testing
import WiegandCodec

@Suite("The controller, from pulses to the lock")
struct ControllerTests {
  @Test("A1 A4: a known card releases the lock for its hold time and relocks by itself")
  func knownCard() throws {
    var world = ControllerHarness(holdTimeSeconds: 3)
    world.issue("c1", .card, to: "ada", as: "card:H10301:12:345")
    try world.badge(facility: 12, card: 345)
    #expect(world.isReleased)
    #expect(world.denials == [nil])
    world.run(forMilliseconds: 3_000)
    #expect(!world.isReleased)
  }

  @Test("A1: the event comes before the lock moves, and the lock waits for it")
  func recordFirst() throws {
    var world = ControllerHarness()
    world.issue("c1", .card, to: "ada", as: "card:H10301:12:345")
    try world.badge(facility: 12, card: 345)
    let record = world.journal.firstIndex {
      if case .record(.access) = $0.effect { true } else { false }
    }
    let release = world.journal.firstIndex {
      $0.effect == .setLock(ControllerHarness.door, .released, .afterRecords, order: nil)
    }
    #expect(try #require(record) < #require(release))
  }

  @Test("D8: an unknown card is denied, with its format as evidence and not its number")
  func unknownCard() throws {
    var world = ControllerHarness()
    try world.badge(facility: 12, card: 345)
    #expect(world.denials == [.unknownCredential])
    #expect(!world.isReleased)
    guard case .access(let record) = try #require(world.occurrences.last) else {
      Issue.record("no access record")
      return
    }
    #expect(record.evidence["bits"] == "26")
    #expect(record.evidence["formats"] == "H10301")
    #expect(!"\(record)".contains("345"))
  }

  @Test("A1: one bit lost, one added, one parity bit flipped: three named faults and no card")
  func damagedFrames() throws {
    var world = ControllerHarness()
    world.issue("c1", .card, to: "ada", as: "card:H10301:12:345")
    let good = try FormatTable.standard.encode(format: "H10301", facility: 12, card: 345)
    var flipped = good
    flipped[0].toggle()
    world.send(bits: Array(good.dropLast()))
    world.send(bits: good + [true])
    world.send(bits: flipped)
    let faults = world.occurrences.compactMap { occurrence -> String? in
      if case .malformed(_, _, let frame) = occurrence { return "\(frame.fault) \(frame.bitCount)" }
      return nil
    }
    #expect(faults == ["unknownLength 25", "unknownLength 27", "parity 26"])
    #expect(world.denials == [])
    #expect(!world.isReleased)
  }

  @Test("A2: a PIN opens with #, is cleared by *, and by a pause")
  func pin() {
    var world = ControllerHarness()
    world.issue("p1", .pin, to: "ada", as: "pin:4711")
    world.type("4711#")
    #expect(world.denials == [nil])
    world.run(forMilliseconds: 10_000)
    world.type("99*4711#")
    #expect(world.denials == [nil, nil])
    world.run(forMilliseconds: 10_000)
    world.type("99")
    world.run(forMilliseconds: 6_000)
    world.type("4711#")
    #expect(world.denials == [nil, nil, nil])
  }

  @Test("A2: fast typing loses no key")
  func fastTyping() {
    var world = ControllerHarness()
    world.issue("p1", .pin, to: "ada", as: "pin:1234567890")
    world.type("1234567890#", pauseMilliseconds: 0)
    #expect(world.denials == [nil])
  }

  @Test(
    "A8: five wrong PINs lock the keypad, growing; cards still work; a right PIN resets nothing")
  func lockout() throws {
    var world = ControllerHarness()
    world.issue("p1", .pin, to: "ada", as: "pin:4711")
    world.issue("c1", .card, to: "ada", as: "card:H10301:12:345")
    for _ in 0..<5 { world.type("1111#") }
    #expect(
      world.occurrences.contains(
        .lockedOut(ControllerHarness.reader, ControllerHarness.door, seconds: 30)))
    world.type("4711#")
    #expect(world.denials.last == .lockedOut)
    try world.badge(facility: 12, card: 345)
    #expect(world.denials.last == .some(nil))
    world.run(forMilliseconds: 30_000)
    for _ in 0..<5 { world.type("1111#") }
    #expect(
      world.occurrences.contains(
        .lockedOut(ControllerHarness.reader, ControllerHarness.door, seconds: 60)))
    world.run(forMilliseconds: 60_000)
    world.type("4711#")
    #expect(world.denials.last == .some(nil))
    let kept = world.journal.compactMap { entry -> Lockout? in
      if case .remember(.lockout(_, let lockout)) = entry.effect { lockout } else { nil }
    }
    #expect(kept.last?.level == 2)
    // The next lock is the next longer one, even after a right PIN in between.
    for _ in 0..<5 { world.type("1111#") }
    #expect(
      world.occurrences.contains(
        .lockedOut(ControllerHarness.reader, ControllerHarness.door, seconds: 120)))
  }

  @Test("A8: a lockout kept over a restart goes on")
  func lockoutRestored() {
    let start = MonotonicInstant(nanoseconds: 5_000_000_000)
    let kept = Lockout(failures: 0, level: 1, remainingMilliseconds: 20_000, at: start)
    var world = ControllerHarness(lockout: kept)
    world.issue("p1", .pin, to: "ada", as: "pin:4711")
    world.type("4711#")
    #expect(world.denials == [.lockedOut])
    world.run(forMilliseconds: 20_000)
    world.type("4711#")
    #expect(world.denials == [.lockedOut, nil])
  }

  @Test("A3: card then PIN asks for the PIN, opens with the holder's and not with another's")
  func cardThenPIN() throws {
    var world = ControllerHarness(mode: .cardThenPIN)
    world.issue("c1", .card, to: "ada", as: "card:H10301:12:345")
    world.issue("p1", .pin, to: "ada", as: "pin:4711")
    world.issue("p2", .pin, to: "bob", as: "pin:5822")
    try world.badge(facility: 12, card: 345)
    #expect(world.denials == [])
    #expect(!world.isReleased)
    world.type("4711#")
    #expect(world.denials == [nil])
    world.run(forMilliseconds: 10_000)
    try world.badge(facility: 12, card: 345)
    world.type("5822#")
    #expect(world.denials == [nil, .pinMismatch])
    #expect(!world.isReleased)
  }

  @Test("A6: leaving works with the store broken, and the opened door is not forced")
  func exit() {
    var world = ControllerHarness()
    world.storeFails = true
    world.pressExit()
    #expect(world.isReleased)
    world.setContact(open: true)
    world.setContact(open: false)
    #expect(!world.isReleased)
    #expect(
      !world.occurrences.contains(.alarm(ControllerHarness.door, .forcedOpen, raised: true)))
  }

  @Test("A6: exit moves the lock before anything is recorded, and waits for nothing")
  func exitFirst() throws {
    var world = ControllerHarness()
    world.pressExit()
    let release = world.journal.firstIndex {
      $0.effect == .setLock(ControllerHarness.door, .released, .atOnce, order: nil)
    }
    let record = world.journal.firstIndex {
      $0.effect == .record(.exitRequested(ControllerHarness.door))
    }
    #expect(try #require(release) < #require(record))
  }

  @Test("A6: a door opened without a cause is forced; a bouncing contact is one change")
  func forced() {
    var world = ControllerHarness()
    for open in [true, false, true, false, true] {
      world.send(
        .edge(LineEdge(line: .contact(ControllerHarness.door), isActive: open, at: world.now)))
      world.run(forMilliseconds: 3)
    }
    world.run(forMilliseconds: 600)
    let leaves = world.occurrences.filter {
      if case .leaf = $0 { true } else { false }
    }
    #expect(leaves == [.leaf(ControllerHarness.door, open: true)])
    #expect(
      world.occurrences.contains(.alarm(ControllerHarness.door, .forcedOpen, raised: true)))
  }

  @Test("a store that fails denies with its own reason")
  func storeFails() throws {
    var world = ControllerHarness()
    world.storeFails = true
    try world.badge(facility: 12, card: 345)
    #expect(world.denials == [.lookupFailed])
  }

  @Test("A4: the required level is driven again every second")
  func reassert() {
    var world = ControllerHarness()
    let before = world.journal.count
    world.run(forMilliseconds: 10_000)
    let driven = world.journal[before...].filter {
      $0.effect == .setLock(ControllerHarness.door, .secured, .inTurn, order: nil)
    }
    #expect(driven.count == 10)
  }

  @Test("D4: an admin unlock opens, is recorded, and waits for its own movement")
  func adminUnlock() {
    var world = ControllerHarness()
    world.send(
      .order(
        Order(
          id: "cmd-1",
          kind: .adminUnlock(ControllerHarness.door, by: "desk", reason: "lost key"))))
    #expect(world.isReleased)
    #expect(
      world.occurrences.contains(
        .adminUnlock(ControllerHarness.door, by: "desk", reason: "lost key", commandID: "cmd-1")))
    #expect(
      world.journal.contains {
        $0.effect
          == .setLock(ControllerHarness.door, .released, .afterRecords, order: "cmd-1")
      })
  }

  @Test("D6: an order for an unknown door is rejected, and nothing moves")
  func unknownDoor() throws {
    var world = ControllerHarness()
    let elsewhere = try #require(DoorID("elsewhere"))
    world.send(.order(Order(id: "x", kind: .adminUnlock(elsewhere, by: "desk", reason: "r"))))
    #expect(!world.isReleased)
    guard case .answer("x", .rejected) = try #require(world.journal.last).effect else {
      Issue.record("not rejected")
      return
    }
  }

  @Test("E1: identify beeps three times in about two seconds, moves and records nothing")
  func identify() {
    var world = ControllerHarness()
    let before = world.journal.count
    let start = world.now
    world.send(.order(Order(id: "i", kind: .identify(nil))))
    world.run(forMilliseconds: 3_000)
    let entries = world.journal[before...]
    let beeps = entries.filter {
      $0.effect == .drive(.beeper(ControllerHarness.reader), active: true)
    }
    #expect(beeps.count == 3)
    let last = beeps.last.map { $0.at.microseconds(since: start) / 1_000 }
    #expect(last.map { (1_000...2_000).contains($0) } == true)
    #expect(world.occurrences == [])
    #expect(
      !entries.contains { if case .setLock(_, .released, _, _) = $0.effect { true } else { false } }
    )
  }

  @Test("lost edges: half a frame before the loss never becomes a card after it")
  func edgesLost() throws {
    var world = ControllerHarness()
    world.issue("c1", .card, to: "ada", as: "card:H10301:12:345")
    let bits = try FormatTable.standard.encode(format: "H10301", facility: 12, card: 345)
    let edges = pulses(
      for: bits, startingAt: world.now, widthMicroseconds: 100, spacingMicroseconds: 2_000)
    for (index, edge) in edges.enumerated() {
      world.now = edge.at
      if index == 20 { world.send(.edgesLost) }
      let line: InputLine =
        edge.line == .data0
        ? .data0(ControllerHarness.reader) : .data1(ControllerHarness.reader)
      world.send(.edge(LineEdge(line: line, isActive: edge.isActive, at: edge.at)))
    }
    world.run(forMilliseconds: 200)
    #expect(world.denials == [])
    #expect(!world.isReleased)
  }
}
