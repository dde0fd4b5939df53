package import Hummingbird
package import Logging
import ServiceLifecycle

/// How every HTTP server of ours runs and ends.
package enum GracefulServing {
  /// How long open requests may take when the server ends.
  static let endMilliseconds = 1_000

  /// A log for a server's own lines: what it did not do, not each thing that it did.
  package static func quiet(_ logger: Logger) -> Logger {
    var quiet = logger
    quiet.logLevel = max(logger.logLevel, .notice)
    return quiet
  }

  /// Serves until the task is cancelled or the group around it shuts down. Throws the server's errors,
  /// such as that it cannot bind its address.
  ///
  /// Cancelling a server that has just accepted a connection traps, and ends the program:
  /// https://github.com/apple/swift-nio/issues/2637. So it runs in a task that is never cancelled,
  /// and is asked to shut down instead.
  package static func run(_ application: some ApplicationProtocol, logger: Logger) async throws {
    var configuration = ServiceGroupConfiguration(services: [application], logger: logger)
    configuration.maximumGracefulShutdownDuration = .milliseconds(Self.endMilliseconds)
    let group = ServiceGroup(configuration: configuration)
    let serving = Task.detached { try await group.run() }
    let end: @Sendable () -> Void = { Task { await group.triggerGracefulShutdown() } }
    try await withTaskCancellationHandler {
      try await withGracefulShutdownHandler(
        operation: { try await serving.value }, onGracefulShutdown: end)
    } onCancel: {
      end()
    }
  }
}
