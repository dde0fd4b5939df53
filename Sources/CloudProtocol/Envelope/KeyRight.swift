/// One thing that a signing key of the cloud may do. A key that came with the controller, or by
/// `trustKey`, has all of them; `delegateKey` gives some.
public enum KeyRight: String, Sendable, Hashable, CaseIterable {
  /// Says what the cloud has, and with it that the cloud is there and what time it is.
  case acknowledge
  case configure
  case credentials
  /// The door's rules still decide.
  case unlock
  /// Orders that act against the rules, or change what they are asked about.
  case operate
  case maintain
  case trust

  /// One sentence for the contract.
  public var meaning: String {
    switch self {
    case .acknowledge: "`down/ack` and `down/digest`: such a key speaks for the cloud itself."
    case .configure: "`down/config`."
    case .credentials: "`down/credentials`, `down/snapshot`, `down/chunk` and `down/repair`."
    case .maintain: "`down/certificate`, and the commands in this row."
    case .unlock, .operate, .trust: "The commands in this row."
    }
  }

  /// Whether it can be given for some doors only. What the others do reaches every door.
  public var isForDoors: Bool {
    switch self {
    case .unlock, .operate: true
    case .acknowledge, .configure, .credentials, .maintain, .trust: false
    }
  }
}

extension KeyRight: WireChoice {}

extension Topics.Down {
  /// What its key needs; nil for commands, each of which says it itself.
  public var right: KeyRight? {
    switch self {
    case .ack, .digest: .acknowledge
    case .config: .configure
    case .credentials, .snapshot, .chunk, .repair: .credentials
    case .certificate: .maintain
    case .commands: nil
    }
  }
}

extension Command.Kind {
  /// What the key that signs it needs.
  public var right: KeyRight {
    switch self {
    case .unlock: .unlock
    case .adminUnlock, .answerBell, .mode, .clearLockout, .forgive, .resetArea, .plan,
      .revokeOfflinePIN:
      .operate
    case .identify, .sync, .diagnostics, .logs, .renewCertificate: .maintain
    case .trustKey, .delegateKey, .distrustKey: .trust
    }
  }
}
