import DoorCore
import DoorRules
import WiegandCodec

extension FuzzTarget {
  /// Bursts, deliveries and pauses at a door whose store has one PIN. In any order, the lock is
  /// released only for that PIN or for somebody who leaves, and no deadline repeats for ever.
  static let keypad = FuzzTarget(
    "keypad", "keypad bursts, frames, contact and exit at a whole controller", bytesMax: 512,
    seeds: {
      func keys(_ text: String) -> [UInt8] {
        text.flatMap { [0, UInt8($0 == "#" ? 11 : $0 == "*" ? 10 : $0.wholeNumberValue ?? 0)] }
      }
      let everyDialect = KeypadDialect.allCases.indices.map { [UInt8($0 * 4)] + keys("1234#") }
      return everyDialect + [
        [0] + keys("9999#8888#7777#6666#5555#4444#"), [0] + keys("12*1234#"),
        [4] + keys("1234#") + [3, 1, 5, 40, 3, 0], [8, 4, 1, 5, 100, 4, 0],
        [0, 1, 26, 0x80, 0x20, 0x40, 0x01, 5, 200], [0, 2, 9, 0, 1, 6, 1, 2, 0, 2],
        [0, 8, 1, 8, 2, 8, 3, 8, 4, 8, 11, 5, 200], [0, 9, 26, 0x80, 0x20, 0x40, 0x01, 7, 5, 9],
      ]
    },
    make: {
      { bytes in
        var target = try KeypadTarget(bytes)
        try target.run()
      }
    })
}

private struct KeypadTarget {
  private static let door = DoorID("front")
  private static let reader = ReaderID("front-in")
  private static let right = "pin:1234"
  private static let noon = WallInstant(secondsSince1970: 1_795_176_000)
  /// More deadlines than this at once are the same one for ever.
  private static let stepsMax = 20_000

  private var input: FuzzInput
  private var now = MonotonicInstant(nanoseconds: 5_000_000_000)
  /// Nil, and every way to send a PIN as one frame.
  private static let frames: [PINFrame?] = [nil] + PINFrameLayout.allCases.map { PINFrame($0) }

  private var controller: Controller
  private let door: DoorID
  private let reader: ReaderID
  private let dialect: KeypadDialect
  private var effects: [ControllerEffect] = []
  /// Somebody was let in or out before.
  private var hasCause = false
  private var waiting: [LookUp] = []

  init(_ bytes: [UInt8]) throws {
    input = FuzzInput(bytes)
    guard let door = Self.door, let reader = Self.reader else { throw FuzzFinding("no names") }
    self.door = door
    self.reader = reader
    let choice = input.byte()
    dialect = KeypadDialect.allCases[Int(choice / 4) % KeypadDialect.allCases.count]
    var policy = DoorPolicy(id: door, name: "Front")
    policy.settings = AccessSettings(
      holdTimeSeconds: 5, presentation: PresentationPlan(choice & 1 == 0 ? .pinOnly : .cardOrPIN))
    let layout = ControllerLayout(
      doors: [.init(id: door, hasContact: true)],
      readers: [
        .init(
          id: reader, door: door, keypad: dialect,
          entry: PINEntrySettings(
            fixedLength: choice & 2 == 0 ? nil : 4,
            frame: Self.frames[Int(choice) % Self.frames.count]))
      ])
    controller = Controller(
      layout: layout,
      policy: PolicySnapshot(
        revision: 1, zone: .utc, facility: FacilityPolicy(), doors: [door: policy]),
      memory: ControllerMemory(),
      at: Moment(monotonic: now, wall: Self.noon, trust: .synchronised))
  }

  private var moment: Moment {
    let passed = Int64(now.nanoseconds / 1_000_000) - 5_000
    return Moment(
      monotonic: now,
      wall: WallInstant(millisecondsSince1970: Self.noon.millisecondsSince1970 + passed),
      trust: .synchronised)
  }

  mutating func run() throws {
    while !input.isAtEnd {
      switch input.byte() % 10 {
      case 0: try send(keypadBits(for: key(input.byte()), dialect: dialect))
      case 1: try send(bits())
      case 2:
        // One edge alone.
        let line: InputLine = input.flag() ? .data0(reader) : .data1(reader)
        try edge(line, input.flag(), afterMicroseconds: input.short())
      case 3: try edge(.contact(door), input.flag(), afterMicroseconds: 50_000)
      case 4:
        hasCause = true
        try edge(.requestToExit(door), input.flag(), afterMicroseconds: 50_000)
      case 5: try pass(milliseconds: Int(input.byte()) * 100)
      case 6: try pass(milliseconds: Int(input.byte()) * 10_000)
      case 7: try take(controller.handle(.edgesLost, at: moment))
      case 8: try deliver(.key(key(input.byte())))
      default:
        let frame = WiegandFrame(
          bits: bits(), startedAt: now, endedAt: now, bitIntervalMicroseconds: 0)
        try deliver(.card(frame))
      }
    }
    // An exit input that is held keeps the door free.
    try edge(.requestToExit(door), false, afterMicroseconds: 50_000)
    try pass(milliseconds: 200_000)
    try demand(
      controller.requiredLock(of: door) == .secured, "still released long after everything")
  }

  private func key(_ byte: UInt8) -> KeypadKey {
    switch byte & 15 {
    case 10: .star
    case 11: .pound
    case 12...15: .other(byte & 15)
    default: .digit(byte & 15)
    }
  }

  private mutating func bits() -> [Bool] {
    let count = input.number(1...48)
    let bytes = (0..<(count + 7) / 8).map { _ in input.byte() }
    return (0..<count).map { bytes[$0 / 8] >> UInt8(7 - $0 % 8) & 1 == 1 }
  }

  /// As a reader on a bus does.
  private mutating func deliver(_ delivery: ReaderDelivery) throws {
    try take(controller.handle(.delivered(reader, delivery), at: moment))
    try pass(milliseconds: 20)
  }

  private mutating func send(_ bits: [Bool]) throws {
    let edges = pulses(
      for: bits, startingAt: now.advanced(byMilliseconds: 1), widthMicroseconds: 100,
      spacingMicroseconds: 2_000)
    for edge in edges {
      try pass(to: edge.at)
      let line: InputLine = edge.line == .data0 ? .data0(reader) : .data1(reader)
      try take(
        controller.handle(
          .edge(LineEdge(line: line, isActive: edge.isActive, at: edge.at)), at: moment))
    }
    try pass(milliseconds: 150)
  }

  private mutating func edge(_ line: InputLine, _ isActive: Bool, afterMicroseconds step: Int)
    throws
  {
    try pass(to: now.advanced(byMicroseconds: step))
    try take(
      controller.handle(.edge(LineEdge(line: line, isActive: isActive, at: now)), at: moment))
  }

  private mutating func pass(milliseconds: Int) throws {
    try pass(to: now.advanced(byMilliseconds: milliseconds))
  }

  private mutating func pass(to end: MonotonicInstant) throws {
    var steps = 0
    while let deadline = controller.nextDeadline, deadline <= end {
      now = max(now, deadline)
      try take(controller.advance(to: moment))
      steps += 1
      try demand(steps < Self.stepsMax, "the controller asks for the same deadline for ever")
    }
    now = max(now, end)
  }

  private mutating func take(_ effects: [ControllerEffect]) throws {
    for effect in effects {
      switch effect {
      case .lookUp(let question):
        let isRight = question.canonicals.contains { $0.reveal() == Self.right }
        if isRight { hasCause = true }
        let answer = LookUpAnswer(ticket: question.ticket, holders: isRight ? holders : [])
        try take(controller.handle(.lookedUp(answer), at: moment))
      case .setLock(_, .released, _, _):
        try demand(hasCause, "released with no cause")
      case .setLock(_, .secured, _, _), .drive, .record, .sample, .sampleSite, .readPresences,
        .remember, .answer:
        break
      }
    }
  }

  private var holders: [CredentialHolder] {
    guard let person = PersonID("ada"), let id = CredentialID("c1") else { return [] }
    return [
      CredentialHolder(
        credential: Credential(id: id, kind: .pin, person: person, status: .active),
        person: Person(id: person, accessEnabled: true, grants: [Grant(facilityWide: true)]))
    ]
  }
}
