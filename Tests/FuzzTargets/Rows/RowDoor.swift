import CloudProtocol
import CoreModels
import DoorCore
import DoorPorts
import DoorRules
import DoorRuntime
import Foundation
import GPIOLinux
import HostLinux
import Logging
import StoreSQLite
import Synchronization
import WiegandCodec

/// The daemon's shell on one thread, over the databases of a folder, as far as they open.
final class RowDoor {
  private let clock: RowClock
  private let work: RowWork
  private let shell: DoorShell
  private let events: LateOpening<EventDatabase>
  private let cache: LateOpening<CacheDatabase>
  private let door: DoorID
  private let reader: ReaderID
  private(set) var moved = 0
  private(set) var troubles = 0
  private(set) var opened = 0
  private(set) var refused = 0

  init(folder: String, _ random: inout Xorshift) throws {
    guard let controller = ControllerID(RowTemplate.controller), let door = DoorID("front"),
      let reader = ReaderID("front-in")
    else { throw FuzzFinding("a name is none") }
    self.door = door
    self.reader = reader
    clock = RowClock()
    work = RowWork(clock)
    events = LateOpening { () throws(PortError) in try EventDatabase(folder: folder) }
    cache = LateOpening { () throws(PortError) in try CacheDatabase(folder: folder) }
    moved = [events.ifOpen?.recovered, cache.ifOpen?.recovered].compactMap { $0 }.count
    var logger = Logger(label: "rows") { _ in SwiftLogNoOpLogHandler() }
    logger.logLevel = .critical
    let work = work
    let key = try HandOverSigner(
      privateKeyBytes: Secret([UInt8](repeating: 1, count: 32))
    ).publicKeyBytes
    shell = DoorShell(
      configuration: RuntimeConfiguration(
        controller: controller, software: "rows", bootID: "boot-1",
        layout: ControllerLayout(
          doors: [.init(id: door, hasContact: true)],
          readers: [
            .init(
              id: reader, door: door, keypad: KeypadDialect.allCases.first,
              habits: ReaderHabits(presentationMilliseconds: 0))
          ])),
      ports: RuntimePorts(
        gpio: SimulatedPanel(clock: clock), monotonic: clock,
        wall: RowWall(isTrusted: random.chance(7, in: 8)), zones: SystemZones(), events: events,
        ledger: events, state: events, policy: cache, digester: try RowTemplate.digester(),
        cloud: .init(
          link: RowLink(work),
          verifier: try EnvelopeVerifier(
            publicKeys: ["kid-1": key], audience: controller, issuer: nil)),
        offlinePIN: try OfflinePINKeys(
          parsing: Secret(RowTemplate.offlineKeyText), controller: controller),
        handOver: try HandOverVerifier(roots: ["root-1": key], controller: controller),
        issued: events),
      inbox: Inbox { work.push($0) }, lanes: work,
      freshID: { UUID().uuidString.lowercased() }, logger: logger)
  }

  /// A start, a session with the cloud, people at the door, and whoever looks at it all.
  func serve(_ random: inout Xorshift) throws {
    shell.begin()
    settle()
    shell.receive(.link(.connected(LinkTerms(nonce: "session-1"))))
    settle()
    for _ in 0..<4 {
      badge(
        random.chance(1, in: 4)
          ? RowTemplate.issuedCard + random.number(0...5)
          : random.number(0...RowTemplate.peopleCount - 1))
    }
    type("4711#")
    for serial in 0...1 { type(try offlinePIN(serial: serial) + "#") }
    if let person = PersonID("p3") { shell.site.forgive(person, by: "test") }
    orders()
    look()
    pass(milliseconds: 2_000)
    shell.receive(.link(.disconnected(reason: "the test says so")))
    settle()
  }

  func end() {
    shell.end()
    settle()
    try? events.taken()?.close()
    try? cache.taken()?.close()
  }

  /// Orders of technicians, and questions; each may be refused in words.
  private func orders() {
    try? shell.site.set(
      ModeOrder(door: door, change: .lockdown, by: "test", reason: "test", seconds: 60))
    settle()
    try? shell.site.set(ModeOrder(door: nil, change: .endLockdown, by: "test", reason: "test"))
    try? shell.site.clearLockout(of: reader, by: "test")
    settle()
    for number in [1, 4, 8] {
      guard let person = PersonID("p\(number)") else { continue }
      shell.site.explain(
        AccessQuestion(door: door, subject: .person(person), presentation: .card, time: .now)
      ) { _ in }
    }
    settle()
  }

  /// What console and page read.
  private func look() {
    troubles += shell.status().troubles.count
    _ = shell.inspection()
    var query = EventQuery(limit: 100)
    _ = try? events.page(query)
    query.person = "p7"
    _ = try? events.page(query)
    query.after = 3
    _ = try? events.page(query)
    _ = try? cache.page(after: nil, person: nil, limit: 100)
    _ = events.health()
    _ = cache.health()
    _ = try? events.urgentEvents(after: 0, limit: 100)
    _ = try? cache.rescanRecordDigest()
    _ = try? cache.stage(SnapshotChunk(snapshotID: "s-1", revision: 5, index: 1).sifted())
    settle()
  }

  private func offlinePIN(serial: Int) throws -> String {
    let window = try OfflinePINWindow(
      startHour: RowTemplate.now / 3_600 - 2, hours: 24, serial: serial)
    guard let controller = ControllerID(RowTemplate.controller) else { return "" }
    let keys = try OfflinePINKeys(
      parsing: Secret(RowTemplate.offlineKeyText), controller: controller)
    return try keys.code(of: window, at: door).reveal()
  }

  private func badge(_ card: Int) {
    let number = 12 << 16 | card
    let body = (0..<24).map { number >> (23 - $0) & 1 == 1 }
    let even = body[..<12].filter { $0 }.count % 2 == 1
    let odd = body[12...].filter { $0 }.count % 2 == 0
    send([even] + body + [odd])
    pass(milliseconds: 500)
    if shell.controller.requiredLock(of: door) == .released { opened += 1 } else { refused += 1 }
    pass(milliseconds: 5_000)
  }

  private func type(_ keys: String) {
    for key in keys {
      let value = key == "#" ? 11 : Int(String(key)) ?? 0
      send((0..<4).map { value >> (3 - $0) & 1 == 1 })
      pass(milliseconds: 150)
    }
    pass(milliseconds: 6_000)
  }

  private func send(_ bits: [Bool]) {
    let edges = pulses(
      for: bits, startingAt: clock.now().advanced(byMilliseconds: 100), widthMicroseconds: 100,
      spacingMicroseconds: 2_000)
    for edge in edges {
      pass(to: edge.at)
      let line: InputLine = edge.line == .data0 ? .data0(reader) : .data1(reader)
      shell.receive(.edge(LineEdge(line: line, isActive: edge.isActive, at: edge.at)))
      settle()
    }
  }

  private func pass(milliseconds: Int) {
    pass(to: clock.now().advanced(byMilliseconds: milliseconds))
  }

  private func pass(to instant: MonotonicInstant) {
    var turns = 0
    while let deadline = MonotonicInstant.earliest(shell.nextDeadline, work.nextDue),
      deadline <= instant, turns < 10_000
    {
      turns += 1
      clock.advance(to: deadline)
      work.wake(at: deadline)
      shell.receive(.tick)
      settle()
    }
    clock.advance(to: instant)
  }

  private func settle() {
    // A damaged log may be asked again and again; the steps of one moment have an end.
    for _ in 0..<5_000 where !work.step(shell.receive) { return }
  }
}

/// A monotonic clock that stands until it is moved.
private final class RowClock: MonotonicClock {
  private let state = Mutex(MonotonicInstant(nanoseconds: 1_000_000_000))

  func now() -> MonotonicInstant { state.withLock { $0 } }
  func advance(to instant: MonotonicInstant) { state.withLock { $0 = max($0, instant) } }
}

private struct RowWall: WallClock {
  let isTrusted: Bool

  func read() -> ClockReading {
    ClockReading(
      WallInstant(secondsSince1970: RowTemplate.now), isTrusted ? .timeServer : ClockSource.none)
  }
}

/// A broker that accepts everything.
private struct RowLink: CloudLink {
  let work: RowWork

  init(_ work: RowWork) { self.work = work }

  func start(onEvent: @escaping @Sendable (LinkEvent) -> Void) throws(PortError) {}

  func publish(_ message: LinkMessage) throws(PortError) -> Int {
    let token = work.nextToken()
    _ = work.push(.link(.delivered(token: token)))
    return token
  }

  func reconnect() {}

  func stop() {}
}

/// Messages and slow work, one thing at a time in the order in which it came.
private final class RowWork: WorkLanes {
  private struct State {
    var messages: [RuntimeMessage] = []
    var bodies: [@Sendable () -> Void] = []
    var later: [(due: MonotonicInstant, body: @Sendable () -> Void)] = []
    var tokens = 0
  }
  private let state = Mutex(State())
  private let clock: RowClock

  init(_ clock: RowClock) { self.clock = clock }

  func nextToken() -> Int {
    state.withLock {
      $0.tokens += 1
      return $0.tokens
    }
  }

  func push(_ message: RuntimeMessage) -> Bool {
    state.withLock { $0.messages.append(message) }
    return true
  }

  func perform(_ lane: WorkLane, _ body: @escaping @Sendable () -> Void) {
    state.withLock { $0.bodies.append(body) }
  }

  func perform(
    _ lane: WorkLane, afterMilliseconds: Int, _ body: @escaping @Sendable () -> Void
  ) {
    let due = clock.now().advanced(byMilliseconds: max(afterMilliseconds, 1))
    state.withLock { $0.later.append((due, body)) }
  }

  /// When the next piece of work that waits for its time is due.
  var nextDue: MonotonicInstant? { state.withLock { $0.later.map(\.due).min() } }

  func wake(at now: MonotonicInstant) {
    state.withLock { state in
      state.bodies += state.later.filter { $0.due <= now }.map(\.body)
      state.later.removeAll { $0.due <= now }
    }
  }

  func drain(_ lane: WorkLane) {
    for _ in 0..<1_000 {
      guard let body = takeBody() else { return }
      body()
    }
  }

  /// Handles the next message or piece of work; false when there is none.
  func step(_ receive: (RuntimeMessage) -> Void) -> Bool {
    if let message = state.withLock({ $0.messages.isEmpty ? nil : $0.messages.removeFirst() }) {
      receive(message)
    } else if let body = takeBody() {
      body()
    } else {
      return false
    }
    return true
  }

  private func takeBody() -> (@Sendable () -> Void)? {
    state.withLock { $0.bodies.isEmpty ? nil : $0.bodies.removeFirst() }
  }
}
