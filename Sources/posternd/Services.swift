import Console
import DoorRuntime
import Foundation
import HostLinux
import Logging
import ServiceLifecycle

/// The runtime as a service.
struct DoorService: Service {
  let runtime: DoorRuntime

  func run() async throws {
    await withGracefulShutdownHandler {
      await runtime.run()
    } onGracefulShutdown: {
      runtime.stop()
    }
  }
}

/// The console as a service. The door is served without it too.
struct ConsoleService: Service {
  /// Time between attempts while the socket cannot be opened.
  static let retryMilliseconds = 5_000

  let server: any Service
  /// As the log names it.
  var name = "the console"
  let logger: Logger

  func run() async throws {
    await cancelWhenGracefulShutdown {
      var reported: String?
      while !Task.isCancelled {
        do {
          try await server.run()
          reported = nil
        } catch {
          // Each cause is reported once.
          if reported != "\(error)" { logger.error("\(name) is not served: \(error)") }
          reported = "\(error)"
        }
        // A cancelled sleep is the end of the loop.
        try? await Task.sleep(for: .milliseconds(Self.retryMilliseconds))
      }
    }
  }
}

/// Reports to the service manager that the doors are served, and then feeds its watchdog while the
/// runtime's loop is alive.
struct WatchdogService: Service {
  /// Time between checks until the doors are served.
  static let startMilliseconds = 20

  let runtime: DoorRuntime
  private let notifier: ServiceNotifier
  private let intervalMilliseconds: Int

  /// Feeds the watchdog three times in the time that the service manager allows.
  init(runtime: DoorRuntime, environment: [String: String]) {
    self.runtime = runtime
    notifier = ServiceNotifier(socket: environment["NOTIFY_SOCKET"])
    let allowed = environment["WATCHDOG_USEC"].flatMap { Int($0) } ?? 5_000_000
    intervalMilliseconds = max(allowed / 3_000, 100)
  }

  func run() async throws {
    await cancelWhenGracefulShutdown {
      // A cancelled sleep is the end of each loop.
      while !Task.isCancelled, await !runtime.isServing() {
        try? await Task.sleep(for: .milliseconds(Self.startMilliseconds))
      }
      if Task.isCancelled { return }
      let doors = await runtime.status().doors.count
      notifier.ready(status: "serving \(doors) \(doors == 1 ? "door" : "doors")")
      while !Task.isCancelled {
        if await runtime.isServing() { notifier.watchdog() }
        try? await Task.sleep(for: .milliseconds(intervalMilliseconds))
      }
    }
    notifier.stopping()
  }
}
