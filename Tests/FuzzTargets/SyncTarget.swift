import CloudProtocol
import DoorRules

extension FuzzTarget {
  /// A door, a cloud and a bad network, all driven by the input. Once the network works again, the
  /// cloud must have every event, once and in order, and the door must not have dropped an unsent
  /// one.
  static let sync = FuzzTarget(
    "sync", "nights of the sync session: losses, repetitions, restarts, false acknowledgements",
    bytesMax: 256,
    seeds: {
      // Connect, commit, read, deliver, acknowledge; with cuts in between; a cloud that lies.
      [
        [0, 1, 9, 2, 3, 4], [0, 1, 200, 2, 3, 4, 5, 1, 10, 0, 2, 2, 3, 3, 4],
        [1, 50, 0, 2, 8, 9, 7, 255],
        [0, 1, 5, 2, 6, 0, 2, 3, 3, 4, 4, 10, 40, 10, 0],
        // Never converged: the cloud had more than a restarted door had sent since.
        [
          1, 50, 39, 0, 0, 255, 50, 39, 0, 0, 0, 0, 7, 249, 0, 0, 255, 255, 1, 248, 0, 49, 0, 2,
          1, 0, 2, 202, 255, 255, 255, 255, 255, 1, 50, 39, 0, 0, 255, 50, 39, 0, 7, 248,
        ] + Array(repeating: 0, count: 3) + Array(repeating: 255, count: 20) + [
          37, 255, 255, 255, 255, 255, 255,
        ],
      ]
    },
    make: {
      { bytes in
        var night = try SyncNight(bytes)
        try night.run()
      }
    })
}

private struct SyncNight {
  private static let epoch = "log-1"
  private static let stepsMax = 2_000

  private var input: FuzzInput
  private let controller: ControllerID
  private var now = MonotonicInstant(nanoseconds: 0)
  private var session: SyncSession
  private var last: UInt64 = 0
  private var kept: UInt64 = 0
  private var isConnected = false
  private var connections = 0
  private var reads: [(after: UInt64, limit: Int)] = []
  private var batches: [EventBatch] = []
  private var answers: [EventAcknowledgement] = []
  private var cloud = Cloud()

  private struct Cloud {
    var intake = EventIntake(epoch: epoch, through: 0)
    var stored: UInt64 = 0
  }

  init(_ bytes: [UInt8]) throws {
    guard let controller = ControllerID("c1") else { throw FuzzFinding("no controller") }
    input = FuzzInput(bytes)
    self.controller = controller
    session = Self.session(controller, last: 0, kept: 0)
  }

  private static func standing(last: UInt64, kept: UInt64) -> SyncSession.Standing {
    SyncSession.Standing(
      configRevision: 1, credentialRevision: 1, logEpoch: epoch, lastEvent: last,
      acknowledgedEvent: kept, clockTrust: .synchronised)
  }

  private static func session(
    _ controller: ControllerID, last: UInt64, kept: UInt64
  ) -> SyncSession {
    SyncSession(
      identity: .init(controller: controller, software: "1", bootID: "b", simulated: true),
      standing: standing(last: last, kept: kept))
  }

  mutating func run() throws {
    while !input.isAtEnd { try step() }
    try converge()
  }

  private mutating func step() throws {
    switch input.byte() % 11 {
    case 0: if !isConnected { try connect() }
    case 1:
      last += UInt64(input.byte())
      try tell(.eventsCommitted(last: last))
    case 2: try read(few: input.flag())
    case 3: try deliver(loses: false)
    case 4: try acknowledge()
    case 5:
      isConnected = false
      try tell(.disconnected)
    case 6:
      isConnected = false
      reads = []
      session = Self.session(controller, last: last, kept: kept)
    case 7:
      // A cloud that acknowledges something impossible, or another log.
      let through = UInt64(input.short()) << 8
      let lie = EventAcknowledgement(
        epoch: input.flag() ? "log-0" : Self.epoch, through: last + 1 + through)
      try tell(.acknowledged(lie))
    case 8: try deliver(loses: true)
    case 9:
      if let read = reads.popLast() { try tell(.eventsReadFailed(after: read.after)) }
    default:
      now = now.advanced(byMilliseconds: Int(input.byte()) * 500)
      try perform(session.advance(to: now))
    }
  }

  private mutating func connect() throws {
    isConnected = true
    connections += 1
    try tell(.connected(nonce: "n\(connections)", standing: Self.standing(last: last, kept: kept)))
  }

  private mutating func tell(_ what: SyncSession.Input) throws {
    try perform(session.handle(what, at: now))
  }

  private mutating func perform(_ outputs: [SyncSession.Output]) throws {
    for output in outputs {
      switch output {
      case .readEvents(let after, let limit): reads.append((after, limit))
      case .publishEvents(let batch):
        try demand(isConnected, "published with no connection")
        try demand((1...EventBatch.eventsMax).contains(batch.events.count), "a batch of no size")
        batches.append(batch)
        if batches.count > 64 { batches.removeFirst() }
      case .markAcknowledged(let through):
        try demand(through > kept && through <= cloud.stored, "let go of what the cloud has not")
        kept = through
      case .publishHello(let hello):
        try demand(isConnected && hello.acknowledgedEvent <= cloud.stored, "a hello that is not so")
      case .readUrgent, .readResults: break
      case .publishResult, .confirmResult, .publishApplied, .reportLogGap, .beginEpoch, .rewind,
        .publishUrgent, .publishPull:
        throw FuzzFinding("nobody asked for \(output)")
      }
    }
    if let deadline = session.nextDeadline, deadline <= now {
      try demand(!session.advance(to: now).isEmpty || session.nextDeadline != deadline, "stuck")
    }
  }

  private mutating func read(few: Bool) throws {
    guard !reads.isEmpty else { return }
    let (after, limit) = reads.removeFirst()
    let end = min(last, after + UInt64(few ? 1 : limit))
    guard end > after else { return try tell(.eventsReadFailed(after: after)) }
    let events = (after + 1...end).map { number in
      CloudEvent(
        controller: "c1", number: number,
        draft: EventDraft(
          id: "e\(number)", type: "t", timeMilliseconds: 0, clockTrust: "unknown", simulated: true))
    }
    let batch = EventBatch(controller: "c1", epoch: Self.epoch, events: events)
    try tell(.eventsRead(after: after, batch))
  }

  /// The cloud takes one of the batches on their way, not always the first; or it is lost.
  private mutating func deliver(loses: Bool) throws {
    guard !batches.isEmpty else { return }
    let choice = input.isAtEnd ? 0 : Int(input.byte())
    let index = (choice & 15) % batches.count
    let batch = choice & 128 == 0 ? batches.remove(at: index) : batches[index]
    guard !loses else { return }
    let answer = try cloud.intake.take(batch, from: controller)
    for event in answer.fresh {
      cloud.stored += 1
      try demand(event.number == cloud.stored, "the cloud has a hole or a double")
    }
    answers.append(answer.acknowledgement)
    if answers.count > 64 { answers.removeFirst() }
  }

  private mutating func acknowledge() throws {
    guard !answers.isEmpty else { return }
    let choice = input.isAtEnd ? 0 : Int(input.byte())
    let index = (choice & 15) % answers.count
    let answer = choice & 128 == 0 ? answers.remove(at: index) : answers[index]
    if isConnected { try tell(.acknowledged(answer)) }
  }

  private mutating func converge() throws {
    if !isConnected { try connect() }
    try tell(.eventsCommitted(last: last))
    for _ in 0..<Self.stepsMax {
      if cloud.stored == last && kept == last { return }
      if !reads.isEmpty {
        try read(few: false)
      } else if !batches.isEmpty {
        try deliver(loses: false)
      } else if !answers.isEmpty {
        try acknowledge()
      } else if let deadline = session.nextDeadline {
        now = max(now, deadline)
        try perform(session.advance(to: now))
      } else {
        break
      }
    }
    throw FuzzFinding("door and cloud never agree: \(kept) and \(cloud.stored) of \(last)")
  }
}
