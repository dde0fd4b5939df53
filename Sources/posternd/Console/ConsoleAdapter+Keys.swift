import CloudProtocol
import ConsoleProtocol
import DoorPorts
import DoorRules
import DoorRuntime

/// Keys that are issued, changed and withdrawn on site.
extension ConsoleAdapter {
  func revokeOfflinePIN(_ request: OfflinePINRequest) async throws(ConsoleProblem) {
    try checkOperator(request.by)
    guard let door: DoorID = try parse(request.door, as: "door") else { return }
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
      let change = try await runtime.handOver(file)
      return HandOverAnswer(
        credential: change.key.record.id, action: change.action.rawValue, wasKnown: !change.isNew)
    } catch {
      throw ConsoleProblem(error.limit == .notKept ? .unavailable : .refused, "\(error)")
    }
  }

  func present(_ request: PresentRequest) async throws(ConsoleProblem) {
    guard let door: DoorID = try parse(request.door, as: "door") else { return }
    do throws(PortError) {
      try await runtime.present(mobile: Secret(request.mobile), at: door)
    } catch {
      throw ConsoleProblem(.refused, "\(error)")
    }
  }
}
