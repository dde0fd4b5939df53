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

/// The console as a service. The door is served whether or not anybody can look at it.
struct ConsoleService: Service {
  /// Time between tries while the socket cannot be had.
  static let retryMilliseconds = 5_000

  let server: any Service
  /// As the log names it.
  var name = "the console"
  let logger: Logger

  func run() async throws {
    await cancelWhenGracefulShutdown {
      var said: String?
      while !Task.isCancelled {
        do {
          try await server.run()
          said = nil
        } catch {
          // Said once for each cause.
          if said != "\(error)" { logger.error("\(name) is not served: \(error)") }
          said = "\(error)"
        }
        // A cancelled sleep is the end of the loop.
        try? await Task.sleep(for: .milliseconds(Self.retryMilliseconds))
      }
    }
  }
}

/// Tells the service manager that the doors are served, and then that their loop is alive: only a
/// loop that takes its turns feeds the watchdog.
struct WatchdogService: Service {
  /// Time between looks until the doors are served.
  static let startMilliseconds = 20

  let runtime: DoorRuntime
  private let notifier: ServiceNotifier
  private let intervalMilliseconds: Int

  /// Half of what the manager allows; often enough to be useful without one.
  init(runtime: DoorRuntime, environment: [String: String]) {
    self.runtime = runtime
    notifier = ServiceNotifier(socket: environment["NOTIFY_SOCKET"])
    let allowed = environment["WATCHDOG_USEC"].flatMap { Int($0) } ?? 20_000_000
    intervalMilliseconds = max(allowed / 2_000, 100)
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
