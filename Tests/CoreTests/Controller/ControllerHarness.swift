import DoorCore
import DoorRules
import WiegandCodec

/// A controller with one door and one reader, driven from deadline to deadline. It answers
/// look-ups out of a dictionary, as a store would.
struct ControllerHarness {
  static let door = DoorID("front")!
  static let reader = ReaderID("front-in")!
  /// 2026-11-20T12:00:00Z, a Friday.
  static let noon = WallInstant(secondsSince1970: 1_795_176_000)
  /// A bound that turns a livelock into a failure.
  static let stepsMax = 10_000

  var controller: Controller
  var now = MonotonicInstant(nanoseconds: 5_000_000_000)
  var trust = ClockTrust.synchronised
  /// The civil clock is so far behind.
  var behindSeconds: Int64 = 0
  let policy: PolicySnapshot
  var store: [String: [CredentialHolder]] = [:]
  var storeFails = false
  /// The place in ``asked`` from which on the store answers nothing.
  private var stalledFrom: Int?
  /// Every question so far.
  private(set) var asked: [LookUp] = []
  /// All effects so far, with their time.
  var journal: [(at: MonotonicInstant, effect: ControllerEffect)] = []

  init(
    mode: PresentationMode = .cardOrPIN, holdTimeSeconds: Int = 5, hasContact: Bool = true,
    lockout: Lockout? = nil, modes: DoorModes = DoorModes(),
    unlockSchedule: WeeklyHours? = nil, memory: ControllerMemory = ControllerMemory(),
    change: (inout Setting) -> Void = { _ in }
  ) {
    var setting = Setting()
    setting.door.settings = AccessSettings(
      holdTimeSeconds: holdTimeSeconds, presentation: PresentationPlan(mode),
      autoUnlockSchedule: unlockSchedule)
    setting.layout.doors[0].hasContact = hasContact
    change(&setting)
    policy = PolicySnapshot(
      revision: 7, zone: .utc, facility: setting.facility,
      doors: Dictionary(
        uniqueKeysWithValues: ([setting.door] + setting.otherDoors).map { ($0.id, $0) }))
    var memory = memory
    if let lockout { memory.lockouts[Self.reader] = lockout }
    memory.modes[Self.door] = modes
    controller = Controller(
      layout: setting.layout, policy: policy, memory: memory,
      at: Moment(monotonic: now, wall: Self.noon, trust: .synchronised))
    run(forMilliseconds: 1)
  }

  /// The store does not answer; its questions wait for ``answerAll()``.
  var isStalled: Bool {
    get { stalledFrom != nil }
    set { stalledFrom = newValue ? stalledFrom ?? asked.count : nil }
  }

  /// What a test may change before the controller is made.
  struct Setting {
    var facility = FacilityPolicy()
    var door = DoorPolicy(id: ControllerHarness.door, name: "Front door")
    var otherDoors: [DoorPolicy] = []
    var layout = ControllerLayout(
      doors: [.init(id: ControllerHarness.door, hasContact: true)],
      // Tests badge the same card in quick succession, and mean each as a presentation.
      readers: [
        .init(
          id: ControllerHarness.reader, door: ControllerHarness.door,
          habits: ReaderHabits(presentationMilliseconds: 0))
      ])
  }

  /// Where people were last seen, as the controller wanted it persisted.
  private(set) var presence: [PersonID: [AreaID: AreaPresence]] = [:]
  /// What entries used, as the controller recorded it.
  private(set) var uses: [CredentialID: CredentialUse] = [:]

  var moment: Moment {
    let passed = Int64(now.nanoseconds / 1_000_000) - 5_000
    return Moment(
      monotonic: now,
      wall: WallInstant(millisecondsSince1970: Self.noon.millisecondsSince1970 + passed)
        .advanced(bySeconds: -behindSeconds),
      trust: trust)
  }

  mutating func issue(
    _ id: String, _ kind: Credential.Kind, to person: String, as canonical: String,
    enabled: Bool = true, duress: Bool = false, status: Credential.Status = .active,
    usesMax: Int? = nil
  ) {
    let holder = CredentialHolder(
      credential: Credential(
        id: CredentialID(id)!, kind: kind, person: PersonID(person)!, status: status,
        usesMax: usesMax, isDuress: duress),
      person: Person(
        id: PersonID(person)!, accessEnabled: enabled, grants: [Grant(facilityWide: true)]))
    store[canonical, default: []].append(holder)
  }

  mutating func send(_ input: ControllerInput) { take(controller.handle(input, at: moment)) }

  private mutating func take(_ effects: [ControllerEffect]) {
    for effect in effects {
      journal.append((now, effect))
      if case .remember(.presence(let person, let area, let seen)) = effect {
        presence[person, default: [:]][area] = seen
      }
      if case .record(.access(let record)) = effect {
        for used in record.used { uses[used.credential] = used.use }
      }
      guard case .lookUp(let question) = effect else { continue }
      asked.append(question)
      if !isStalled { take(controller.handle(.lookedUp(read(question)), at: moment)) }
    }
  }

  /// The store answers after all.
  mutating func answerAll() {
    let questions = asked[(stalledFrom ?? asked.count)...]
    isStalled = false
    for question in questions { take(controller.handle(.lookedUp(read(question)), at: moment)) }
  }

  /// What the store says now.
  func read(_ question: LookUp) -> LookUpAnswer {
    let all = store.sorted { $0.key < $1.key }.flatMap(\.value)
    func told(_ issue: UInt64?, _ holder: CredentialHolder) -> CredentialHolder {
      var holder = holder
      holder.issue = issue
      return holder
    }
    var found = question.canonicals.flatMap { store[$0.reveal()] ?? [] }
    found += question.issues.flatMap { card in
      (store[card.canonical.reveal()] ?? []).map { told(card.issue, $0) }
    }
    for id in question.again where !found.contains(where: { $0.id == id }) {
      found += all.map { told(id.issue, $0) }.filter { $0.id == id }.prefix(1)
      if id.credential == nil, let person = all.first(where: { $0.person.id == id.person })?.person
      {
        found.append(CredentialHolder(credential: nil, person: person))
      }
    }
    return LookUpAnswer(ticket: question.ticket, holders: storeFails ? nil : found.map(withMemory))
  }

  private func withMemory(_ holder: CredentialHolder) -> CredentialHolder {
    var holder = holder
    holder.presence = presence[holder.person.id] ?? [:]
    if let id = holder.credential?.id { holder.use = uses[id] ?? CredentialUse() }
    return holder
  }

  /// Changes a credential or its person in the store.
  mutating func change(_ id: String, _ change: (inout CredentialHolder) -> Void) {
    for (canonical, holders) in store {
      store[canonical] = holders.map { holder in
        var holder = holder
        if holder.credential?.id.rawValue == id { change(&holder) }
        return holder
      }
    }
  }

  /// An unlock by phone: with the person's mobile keys, or as a member without any.
  mutating func unlock(by person: String, order: String = "o", expires: WallInstant? = nil) {
    // In one order, or the member would be any of a person's records.
    let own = store.sorted { $0.key < $1.key }.flatMap(\.value)
      .filter { $0.person.id.rawValue == person }
    let keys = own.filter { $0.credential?.kind == .mobile }
    let member = [
      own.first.map { CredentialHolder(credential: nil, person: $0.person) }
        ?? .nobody(PersonID(person)!)
    ]
    let kind = Order.Kind.memberUnlock(
      Self.door, holders: (keys.isEmpty ? member : keys).map(withMemory), location: nil)
    send(.order(Order(id: order, kind: kind, expires: expires)))
  }

  /// Moves time from deadline to deadline.
  mutating func run(forMilliseconds milliseconds: Int) {
    let end = now.advanced(byMilliseconds: milliseconds)
    var steps = 0
    while let deadline = controller.nextDeadline, deadline <= end {
      now = max(now, deadline)
      take(controller.advance(to: moment))
      steps += 1
      precondition(steps < Self.stepsMax, "the controller asks for the same deadline for ever")
    }
    now = end
  }

  /// Pulses as a reader sends them, each edge at its own time.
  mutating func send(
    bits: [Bool], spacingMicroseconds: Int = 2_000, from reader: ReaderID = Self.reader
  ) {
    let edges = pulses(
      for: bits, startingAt: now.advanced(byMilliseconds: 1), widthMicroseconds: 100,
      spacingMicroseconds: spacingMicroseconds)
    for edge in edges {
      run(forMilliseconds: edge.at.microseconds(since: now) / 1_000)
      now = max(now, edge.at)
      let line: InputLine =
        switch edge.line {
        case .data0: .data0(reader)
        case .data1: .data1(reader)
        }
      send(.edge(LineEdge(line: line, isActive: edge.isActive, at: edge.at)))
    }
    run(forMilliseconds: 150)
  }

  mutating func badge(
    facility: UInt64, card: UInt64, at reader: ReaderID = Self.reader
  ) throws {
    send(
      bits: try FormatTable.standard.encode(format: "H10301", facility: facility, card: card),
      from: reader)
  }

  mutating func type(
    _ keys: String, at reader: ReaderID = Self.reader, pauseMilliseconds: Int = 100
  ) {
    for character in keys {
      let key: KeypadKey =
        switch character {
        case "*": .star
        case "#": .pound
        default: .digit(UInt8(String(character))!)
        }
      send(bits: keypadBits(for: key, dialect: .fourBit), from: reader)
      run(forMilliseconds: pauseMilliseconds)
    }
  }

  mutating func setContact(open: Bool) {
    send(.edge(LineEdge(line: .contact(Self.door), isActive: open, at: now)))
    run(forMilliseconds: 50)
  }

  mutating func pressExit() {
    send(.edge(LineEdge(line: .requestToExit(Self.door), isActive: true, at: now)))
    run(forMilliseconds: 200)
    send(.edge(LineEdge(line: .requestToExit(Self.door), isActive: false, at: now)))
    run(forMilliseconds: 50)
  }

  var isReleased: Bool { controller.requiredLock(of: Self.door) == .released }

  /// Occurrences so far, in order.
  var occurrences: [Occurrence] {
    journal.compactMap { if case .record(let occurrence) = $0.effect { occurrence } else { nil } }
  }

  /// Decisions so far: nil for a grant, else the reason.
  var denials: [DenialReason?] {
    occurrences.compactMap { occurrence -> DenialReason?? in
      guard case .access(let record) = occurrence else { return nil }
      switch record.verdict.decision {
      case .grant: return .some(nil)
      case .deny(let reason): return .some(reason)
      }
    }
  }

  /// Attempts so far.
  var attempts: [AccessRecord] {
    occurrences.compactMap { if case .access(let record) = $0 { record } else { nil } }
  }

  /// How an order ended.
  func outcome(of order: String) -> OrderOutcome? {
    for entry in journal {
      if case .answer(order, let outcome) = entry.effect { return outcome }
    }
    return nil
  }
}
