import Console
import DoorPorts
import DoorRuntime
import Foundation
import HostLinux
import Logging
import ServiceLifecycle
import Synchronization

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

  /// The web page's name.
  static let page = "the web page"

  let server: any Service
  /// As the log and the troubles name it.
  var name = "the console"
  let runtime: DoorRuntime
  let logger: Logger

  func run() async throws {
    await cancelWhenGracefulShutdown {
      var reported: String?
      while !Task.isCancelled {
        do {
          try await server.run()
          reported = nil
          await runtime.note(unserved: name, cause: nil)
        } catch {
          // Each cause is reported once.
          if reported != "\(error)" { logger.error("\(name) is not served: \(error)") }
          reported = "\(error)"
          await runtime.note(unserved: name, cause: reported)
        }
        // A cancelled sleep is the end of the loop.
        try? await Task.sleep(for: .milliseconds(Self.retryMilliseconds))
      }
    }
  }
}

/// Tells the journal what happens, a line for what matters and one an hour for the rest.
final class StoryService: Service {
  let runtime: DoorRuntime
  let logger: Logger
  private let story = Mutex(DayStory())

  init(runtime: DoorRuntime, logger: Logger) {
    self.runtime = runtime
    self.logger = logger
  }

  func run() async throws {
    await cancelWhenGracefulShutdown {
      await withTaskGroup(of: Void.self) { group in
        group.addTask { await self.tellEvents() }
        group.addTask { await self.tellHours() }
      }
    }
  }

  private func tellEvents() async {
    for await event in await runtime.watch() {
      guard let line = story.withLock({ $0.take(event.draft) }) else { continue }
      logger.log(level: line.isAlarm ? .warning : .notice, "\(line.text)")
    }
  }

  private func tellHours() async {
    // A cancelled sleep is the end of the loop.
    while (try? await Task.sleep(for: .seconds(3_600))) != nil {
      if let summary = story.withLock({ $0.hour() }) { logger.notice("\(summary)") }
    }
  }
}

/// Reports to the service manager that the doors are served and what is wrong, and feeds its watchdog
/// while the runtime's loop is alive.
struct WatchdogService: Service {
  /// Time between checks until the doors are served.
  static let startMilliseconds = 20
  /// The status is told again after so many keep-alives, if it is another one.
  static let keepAlivesForStatus = 2

  let runtime: DoorRuntime
  private let notifier: ServiceNotifier
  private let hasCloud: Bool
  private let intervalMilliseconds: Int

  /// Feeds the watchdog three times in the time that the service manager allows.
  init(
    runtime: DoorRuntime, notifier: ServiceNotifier, hasCloud: Bool, environment: [String: String]
  ) {
    self.runtime = runtime
    self.notifier = notifier
    self.hasCloud = hasCloud
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
      var told = await status()
      notifier.ready(told)
      var keepAlives = 0
      while !Task.isCancelled {
        if await runtime.isServing() {
          notifier.watchdog()
          keepAlives += 1
          if keepAlives.isMultiple(of: Self.keepAlivesForStatus) {
            let present = await status()
            if present != told { notifier.tell(present) }
            told = present
          }
        }
        try? await Task.sleep(for: .milliseconds(intervalMilliseconds))
      }
    }
    notifier.stopping()
  }

  private func status() async -> ServiceStatus {
    let status = await runtime.status()
    let isAway = hasCloud && !status.cloudConnected
    return ServiceStatus(
      doors: status.doors.count, troubles: status.troubles,
      cloudAbsence: isAway ? status.cloudDetail ?? "it has not answered yet" : nil)
  }
}
