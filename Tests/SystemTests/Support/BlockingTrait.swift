import ChildProcesses
import Testing

/// Runs the tests of a suite on threads of their own.
struct BlockingTrait: SuiteTrait, TestTrait, TestScoping {
  /// So many at once: each test may run a broker, a cloud and a door.
  private static let threads = OwnThreads(count: 3)

  var isRecursive: Bool { true }

  func provideScope(
    for test: Test, testCase: Test.Case?, performing function: @Sendable () async throws -> Void
  ) async throws {
    try await withTaskExecutorPreference(Self.threads) { try await function() }
  }
}

extension Trait where Self == BlockingTrait {
  /// The tests wait for programs.
  static var blocking: Self { BlockingTrait() }
}
