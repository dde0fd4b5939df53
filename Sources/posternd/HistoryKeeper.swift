import ConsoleProtocol
import DoorCore
import DoorPorts
import DoorRules
import DoorRuntime
import HostLinux
import ServiceLifecycle

/// Samples of the controller's state over the last hour, for the console's charts.
actor HistoryKeeper: Service {
  /// Time between two samples.
  static let intervalSeconds = 10
  /// The samples of an hour.
  static let samplesMax = 360

  private(set) var samples: [HistorySample] = []
  private let runtime: DoorRuntime
  private let host: SystemFacts

  init(runtime: DoorRuntime, host: SystemFacts) {
    self.runtime = runtime
    self.host = host
  }

  nonisolated func run() async throws {
    await cancelWhenGracefulShutdown {
      while !Task.isCancelled {
        await self.take()
        // A cancelled sleep is the end of the loop.
        try? await Task.sleep(for: .seconds(Self.intervalSeconds))
      }
    }
  }

  private func take() async {
    let status = await runtime.status()
    let inspection = await runtime.inspect()
    let commits = inspection.metrics.commits
    samples.append(
      HistorySample(
        timeMilliseconds: status.now.wall.millisecondsSince1970,
        connected: status.cloudConnected,
        backlog: status.log.last - min(status.log.acknowledged, status.log.last),
        clockOffsetSeconds: inspection.clockOffsetSeconds,
        diskFreeBytes: host.diskAvailableBytes(),
        commitMilliseconds: commits.total == 0
          ? nil : Double(commits.sumMicroseconds) / Double(commits.total) / 1_000))
    if samples.count > Self.samplesMax { samples.removeFirst() }
  }
}
