import CloudProtocol

/// A file of keys or a password that could not be used.
public struct FileFacts: Sendable, Hashable {
  /// The key in the settings, such as `cloud.publicKeyFile`.
  public var setting: String
  /// Why the file cannot be used; nil when it can now, but could not when the daemon started.
  public var fault: String?
  /// What does not work without it.
  public var loss: String
  /// Whether the daemon reads it again by itself.
  public var isReadAgain: Bool

  public init(setting: String, fault: String?, loss: String, isReadAgain: Bool = false) {
    self.setting = setting
    self.fault = fault
    self.loss = loss
    self.isReadAgain = isReadAgain
  }

  func checks() -> [DiagnosisReport.Check] {
    var writer = CheckWriter("files")
    if let fault {
      writer.failure(
        "unusable", "\(setting): \(fault); \(loss)",
        do: isReadAgain
          ? "correct the file; it is read again with the next attempt"
          : "correct the file, then run `systemctl restart posternd`")
    } else {
      writer.warning(
        "notInUse", "\(setting): the file is good now, but was not at the start; \(loss)",
        do: "run `systemctl restart posternd`")
    }
    return writer.checks
  }
}
