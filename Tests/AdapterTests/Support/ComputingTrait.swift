import ChildProcesses
import Testing

/// Runs the tests of a suite one after the other on a thread of their own.
struct ComputingTrait: SuiteTrait, TestTrait, TestScoping {
  private static let thread = OwnThreads(count: 1)

  var isRecursive: Bool { true }

  func provideScope(
    for test: Test, testCase: Test.Case?, performing function: @Sendable () async throws -> Void
  ) async throws {
    try await withTaskExecutorPreference(Self.thread) { try await function() }
  }
}

extension Trait where Self == ComputingTrait {
  /// The tests compute for long.
  static var computing: Self { ComputingTrait() }
}
