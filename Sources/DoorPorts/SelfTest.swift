public import CloudProtocol

/// Looks at the whole controller from beside and says what is wrong.
public protocol SelfTest: Sendable {
  /// Takes up to ten seconds; `done` is called once, from any thread.
  func run(_ done: @escaping @Sendable (DiagnosisReport) -> Void)
}
