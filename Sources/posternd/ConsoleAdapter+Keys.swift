import CloudProtocol
import ConsoleProtocol
import DoorPorts
import DoorRules
import DoorRuntime

/// Keys that are issued, changed and withdrawn on site.
extension ConsoleAdapter {
  func revokeOfflinePIN(_ request: OfflinePINRequest) async throws(ConsoleProblem) {
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
}
