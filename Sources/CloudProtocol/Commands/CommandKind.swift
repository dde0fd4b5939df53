extension Command {
  /// Every command that a controller accepts; its row lists its members and its longest lifetime.
  /// To add one, add its case and its row; the compiler then names every place that must handle it.
  public enum Kind: String, Sendable, Hashable, Codable, CaseIterable {
    case unlock
    case adminUnlock
    case answerBell
    case identify
    case mode
    case clearLockout
    case forgive
    case resetArea
    case plan
    case sync
    case diagnostics
    case logs
    case trustKey
    case delegateKey
    case distrustKey
    case revokeOfflinePIN
    case renewCertificate
  }

  /// The members beside `kind` and `sessionNonce`, by their names on the wire.
  public enum Member: String, Sendable, Hashable, CaseIterable {
    case door, person, reason, mode, seconds, reader, area, plan, change, location, keyID, key,
      delegation, window, answer
  }

  /// How long a command may be valid, `exp - iat`.
  public enum Lifetime: Sendable, Hashable, CaseIterable {
    /// For commands that open or close a door.
    case short
    case long

    public var secondsMax: Int64 {
      switch self {
      case .short: EnvelopeLimits.unlockLifetimeSecondsMax
      case .long: EnvelopeLimits.commandLifetimeSecondsMax
      }
    }
  }
}

extension Command.Kind {
  /// One sentence for the contract: what it does, and what its members mean.
  public var meaning: String { row.meaning }
  public var lifetime: Command.Lifetime { row.lifetime }
  /// In the order in which their absence is reported.
  public var required: [Command.Member] { row.required }
  public var optional: [Command.Member] { row.optional }
  /// Optional members without which it is for more: every door, everybody, without an end. A command
  /// without one of these, and with a member that says nothing to it, is refused: that one may be
  /// what was meant.
  public var narrowing: [Command.Member] { row.narrowing }

  /// Whether it lets a key sign more. Such a command is refused for any member that says nothing to it.
  public var givesRights: Bool { self == .trustKey || self == .delegateKey }

  private struct Row {
    let meaning: String
    let lifetime: Command.Lifetime
    let required: [Command.Member]
    let optional: [Command.Member]
    let narrowing: [Command.Member]

    init(
      _ meaning: String, _ lifetime: Command.Lifetime, required: [Command.Member] = [],
      optional: [Command.Member] = [], narrowing: [Command.Member] = []
    ) {
      self.meaning = meaning
      self.lifetime = lifetime
      self.required = required
      self.optional = optional + narrowing
      self.narrowing = narrowing
    }
  }

  private var row: Row {
    switch self {
    case .unlock:
      Row(
        "A member unlocks by phone: the door's rules decide about `person`, who is at `location`.",
        .short, required: [.door, .person], optional: [.location])
    case .adminUnlock:
      Row(
        "An operator unlocks, against the rules; `person` is the operator.", .short,
        required: [.door, .reason], optional: [.person])
    case .answerBell:
      Row(
        "Answers whoever rings at `door`: `open` as an operator's unlock, not in a lockdown, or `refuse`;"
          + " `person` is the operator. Rejected where nobody waits.",
        .short, required: [.door, .answer], optional: [.person])
    case .identify:
      Row("Three beeps, at `door` or at every door; moves nothing.", .long, optional: [.door])
    case .mode:
      Row(
        "Maintenance or lockdown, at `door` or at every door, for `seconds` or until it is ended.",
        .short, required: [.mode, .reason], optional: [.person], narrowing: [.door, .seconds])
    case .clearLockout:
      Row(
        "A keypad accepts PINs again after too many wrong ones: `reader`, or all.", .long,
        optional: [.person], narrowing: [.reader])
    case .forgive:
      Row(
        "Anti-passback: `person`, or everybody, counts as outside of every area.", .long,
        narrowing: [.person])
    case .resetArea:
      Row(
        "Sets the count of `area` back: nobody counts as inside, for anti-passback neither; `person` is"
          + " the operator.", .long, required: [.area, .reason], optional: [.person])
    case .plan:
      Row(
        "Starts `plan`, practises it or ends it, as `change` says; `person` is the operator.",
        .short,
        required: [.plan, .change, .reason], optional: [.person])
    case .sync:
      Row("Another hello, and a digest of every record, read again from the disk.", .long)
    case .diagnostics:
      Row("Telemetry now, and a diagnosis with everything that is wrong (`up/diagnosis`).", .long)
    case .logs:
      Row(
        "The daemon's last log lines (`up/logs`), in parts; confirmed once the broker has each of them.",
        .long)
    case .trustKey:
      Row(
        "From now on all messages signed under `keyID` are accepted; `key` is its Ed25519 public key, "
          + "32 bytes in base64url.", .long, required: [.keyID, .key])
    case .delegateKey:
      Row(
        "From now on messages signed under `keyID` are accepted as far as `delegation` says, see [Rights of a key](#rights-of-a-key).",
        .long, required: [.keyID, .key, .delegation])
    case .distrustKey:
      Row(
        "From now on messages signed under `keyID` are refused. Not for the key that signs this command, nor for the last one with every right.",
        .long,
        required: [.keyID])
    case .revokeOfflinePIN:
      Row(
        "Revokes one code that the door computes for itself; `person` is the operator.", .long,
        required: [.door, .window], optional: [.person])
    case .renewCertificate:
      Row(
        "Makes a new key and asks for its certificate (`up/renewal`); confirmed once it asks.",
        .long)
    }
  }
}
