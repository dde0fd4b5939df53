import CloudProtocol
import ConsoleProtocol
import DoorCore
import DoorPorts
import DoorRules
import DoorRuntime
import Settings

/// What the console orders.
extension ConsoleAdapter {
  func identify(door: String?) async throws(ConsoleProblem) {
    let door: DoorID? = try parse(door, as: "door")
    try await ordered { () async throws(PortError) in try await runtime.identify(door) }
  }

  func setMode(_ request: ModeRequest) async throws(ConsoleProblem) {
    guard let change = ModeOrder.Change(rawValue: request.mode) else {
      let known = ModeOrder.Change.allCases.map(\.rawValue).joined(separator: ", ")
      throw ConsoleProblem(.invalid, "mode: \(request.mode.prefix(64)) is none of \(known)")
    }
    let command = Command(
      kind: .mode, door: request.door, person: request.by, reason: request.reason, mode: change,
      seconds: request.seconds)
    let validated: ValidatedCommand
    do throws(ValidationFailure) { validated = try command.validated() } catch {
      throw ConsoleProblem(.invalid, "\(error)")
    }
    guard case .mode(let order) = validated else { return }
    try await ordered { () async throws(PortError) in try await runtime.order(order) }
  }

  func clearLockout(reader: String?, by: String) async throws(ConsoleProblem) {
    try checkOperator(by)
    let reader: ReaderID? = try parse(reader, as: "reader")
    try await ordered { () async throws(PortError) in
      try await runtime.clearLockout(of: reader, by: by)
    }
  }

  func pair(_ request: PairRequest) async throws(ConsoleProblem) -> PairAnswer {
    try checkOperator(request.by)
    let seconds = try checked(
      seconds: request.seconds ?? PairRequest.secondsStandard, most: PairRequest.secondsMax)
    let named: ReaderID? = try parse(request.reader, as: "reader")
    let door: DoorID? = try parse(request.door, as: "door")
    let onLines = settings.readers.filter {
      $0.osdp != nil && (named ?? $0.id) == $0.id && (door ?? $0.door) == $0.door
    }
    guard let reader = onLines.first else {
      throw ConsoleProblem(
        .notFound, "no reader on an OSDP line is of that name or at that door; see `osdp.line`")
    }
    guard onLines.count == 1 else {
      let names = onLines.map(\.id.rawValue).joined(separator: ", ")
      throw ConsoleProblem(.invalid, "reader: there are several, name one of \(names)")
    }
    try await ordered { () async throws(PortError) in
      try await runtime.pair(reader.id, seconds: seconds, by: request.by)
    }
    return PairAnswer(reader: reader.id.rawValue, seconds: seconds)
  }

  func forgive(person: String?, by: String) async throws(ConsoleProblem) {
    try checkOperator(by)
    let who: PersonID? = try parse(person, as: "person")
    try await check(person: person)
    try await ordered { () async throws(PortError) in try await runtime.forgive(who, by: by) }
  }

  func answerBell(_ request: BellRequest) async throws(ConsoleProblem) {
    try checkOperator(request.by)
    let door: DoorID = try required(request.door, as: "door")
    guard let answer = BellAnswer(rawValue: request.answer) else {
      let known = BellAnswer.allCases.map(\.rawValue).joined(separator: ", ")
      throw ConsoleProblem(.invalid, "answer: \(request.answer.prefix(64)) is none of \(known)")
    }
    try await ordered { () async throws(PortError) in
      try await runtime.answerBell(of: door, answer, by: request.by)
    }
  }

  func resetArea(_ request: AreaResetRequest) async throws(ConsoleProblem) {
    try checkOperator(request.by)
    try checkReason(request.reason)
    let area: AreaID = try required(request.area, as: "area")
    try await ordered { () async throws(PortError) in
      try await runtime.reset(area, by: request.by, reason: request.reason)
    }
  }

  func carryOut(_ request: PlanRequest) async throws(ConsoleProblem) {
    guard let change = PlanOrder.Change(rawValue: request.change) else {
      let known = PlanOrder.Change.allCases.map(\.rawValue).joined(separator: ", ")
      throw ConsoleProblem(.invalid, "change: \(request.change.prefix(64)) is none of \(known)")
    }
    try checkOperator(request.by)
    try checkReason(request.reason)
    let plan: PlanID = try required(request.plan, as: "plan")
    try await ordered { () async throws(PortError) in
      try await runtime.carryOut(
        PlanOrder(
          plan: plan, change: change, hand: .console, by: request.by, reason: request.reason))
    }
  }

  func trustClock(_ request: ClockTrustRequest) async throws(ConsoleProblem) {
    try checkOperator(request.by)
    try checkReason(request.reason)
    try await ordered { () async throws(PortError) in
      try await runtime.trustClock(by: request.by, reason: request.reason)
    }
  }

  func sync() async throws(ConsoleProblem) {
    try await ordered { () async throws(PortError) in try await runtime.sync() }
  }

  func testRelay(_ test: RelayTest) async throws(ConsoleProblem) -> RelayTestResult {
    let door: DoorID = try required(test.door, as: "door")
    try checkOperator(test.by)
    let before = await runtime.status().doors.first { $0.id == door }
    guard let before else {
      throw ConsoleProblem(.notFound, "there is no door \(door)")
    }
    guard before.lock == .secured else {
      throw ConsoleProblem(
        .refused, "the lock of \(door) is released already; wait until it is secured again")
    }
    try await ordered { () async throws(PortError) in
      try await runtime.tryLock(of: door, by: test.by, reason: "relay test")
    }
    // The event is on disk before the relay moves.
    var after = before.relayActive
    for _ in 0..<Self.relayLooksMax where after == before.relayActive {
      // Cancelled, it looks once more and ends.
      try? await Task.sleep(for: .milliseconds(10))
      after = await runtime.status().doors.first { $0.id == door }?.relayActive
    }
    let hold = await runtime.holdSeconds(of: door)
    return RelayTestResult(
      before: before.relayActive, after: after, open: before.open, holdMilliseconds: hold * 1_000)
  }

  /// How often the relay is looked at, every 10 ms: longer than any commit deadline.
  private static let relayLooksMax = 120

  func revokeOfflinePIN(_ request: OfflinePINRequest) async throws(ConsoleProblem) {
    try checkOperator(request.by)
    let door: DoorID = try required(request.door, as: "door")
    let window: OfflinePINWindow
    do throws(OfflinePINProblem) {
      window = try OfflinePINWindow(
        startHour: request.startHour, hours: request.hours, serial: request.serial)
    } catch {
      throw ConsoleProblem(.invalid, "\(error)")
    }
    do throws(PortError) {
      try await runtime.revokeOfflinePIN(window, at: door, by: request.by)
    } catch {
      throw ConsoleProblem(error.code == .invalid ? .invalid : .unavailable, "\(error)")
    }
  }

  func handOver(_ request: HandOverRequest) async throws(ConsoleProblem) -> HandOverAnswer {
    let file: [UInt8]
    do {
      file = try JSONCoding.encode(
        HandOverFile(certificate: request.certificate, order: request.order))
    } catch {
      throw ConsoleProblem(.invalid, "\(error)")
    }
    do throws(HandOverRefusal) {
      let change = try await runtime.handOver(file).get()
      return HandOverAnswer(
        credential: change.key.record.id, action: change.action.rawValue, wasKnown: !change.isNew)
    } catch {
      throw ConsoleProblem(error.limit == .notKept ? .unavailable : .refused, "\(error)")
    }
  }

  func present(_ request: PresentRequest) async throws(ConsoleProblem) {
    let door: DoorID = try required(request.door, as: "door")
    try await ordered { () async throws(PortError) in
      try await runtime.present(mobile: Secret(request.mobile), at: door)
    }
  }

  func file(_ report: CommissioningReport) async throws(ConsoleProblem) {
    let door: DoorID = try required(report.door, as: "door")
    try checkOperator(report.by)
    do throws(ValidationFailure) { try report.check() } catch {
      throw ConsoleProblem(.invalid, "\(error)")
    }
    try await ordered { () async throws(PortError) in
      try await runtime.fileCommissioning(
        of: door, by: report.by, outcome: report.outcome.rawValue,
        steps: report.findings.map { ($0.step, $0.result, $0.note) })
    }
  }

  func panel(_ action: PanelAction) async throws(ConsoleProblem) {
    guard let panel else {
      throw ConsoleProblem(
        .refused, "this controller has real lines; the panel works with `driver: simulated` only")
    }
    try PanelDriver(panel: panel, line: line, settings: settings).act(action)
  }

  /// Gives an order to the runtime; what it does not carry out is refused.
  private func ordered(_ order: () async throws(PortError) -> Void) async throws(ConsoleProblem) {
    do throws(PortError) { try await order() } catch {
      throw ConsoleProblem(.refused, "\(error)")
    }
  }

  /// Throws for a time that is over the limit, or none.
  func checked(seconds: Int, most: Int) throws(ConsoleProblem) -> Int {
    guard (1...most).contains(seconds) else {
      throw ConsoleProblem(.invalid, "seconds: is not 1 to \(most)")
    }
    return seconds
  }

  private func checkReason(_ reason: String) throws(ConsoleProblem) {
    do throws(ValidationFailure) { try Command.check(reason: reason, path: "reason") } catch {
      throw ConsoleProblem(.invalid, "\(error)")
    }
  }

  /// Throws unless the operator's name is one that a command may have: it goes into the event log,
  /// from there to the cloud, and onto screens.
  func checkOperator(_ by: String) throws(ConsoleProblem) {
    do throws(ValidationFailure) { try Command.check(operator: by, path: "by") } catch {
      throw ConsoleProblem(.invalid, "\(error)")
    }
  }
}
