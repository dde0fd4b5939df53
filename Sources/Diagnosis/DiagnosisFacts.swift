public import CloudProtocol

/// The facts for all checks. A part that is nil was not gathered, and has no checks.
public struct DiagnosisFacts: Sendable {
  public var daemon: DaemonFacts?
  public var settings: SettingsFacts?
  /// Only those that have a trouble.
  public var files: [FileFacts] = []
  public var lines: LineFacts?
  public var readers: [ReaderFacts] = []
  public var doors: [DoorFacts] = []
  public var power: PowerFacts?
  public var storage: [StorageFacts] = []
  public var clock: ClockFacts?
  public var zone: ZoneFacts?
  public var network: NetworkFacts?
  public var certificates: [CertificateFacts] = []
  public var cloud: CloudFacts?
  public var policy: PolicyFacts?
  public var machine: MachineFacts?

  public init() {}

  /// Every check on what is here, in the order in which a technician reads them.
  public func checks() -> [DiagnosisReport.Check] {
    var found: [DiagnosisReport.Check] = []
    if let daemon { found += daemon.checks() }
    if let settings { found += settings.checks() }
    for file in files { found += file.checks() }
    if let lines { found += lines.checks() }
    for reader in readers { found += reader.checks() }
    for door in doors { found += door.checks() }
    if let power { found += power.checks() }
    for file in storage { found += file.checks() }
    if let clock { found += clock.checks() }
    if let zone { found += zone.checks() }
    if let network { found += network.checks() }
    for certificate in certificates { found += certificate.checks() }
    if let cloud { found += cloud.checks() }
    if let policy { found += policy.checks() }
    if let machine { found += machine.checks() }
    return found
  }
}

/// Writes the lines of one group.
struct CheckWriter {
  let group: String
  private(set) var checks: [DiagnosisReport.Check] = []

  init(_ group: String) { self.group = group }

  mutating func ok(_ id: String, _ finding: String) {
    checks.append(.init(id: "\(group).\(id)", group: group, outcome: .ok, finding: finding))
  }

  mutating func warning(_ id: String, _ finding: String, do advice: String) {
    checks.append(
      .init(
        id: "\(group).\(id)", group: group, outcome: .warning, finding: finding, advice: advice))
  }

  mutating func failure(_ id: String, _ finding: String, do advice: String) {
    checks.append(
      .init(
        id: "\(group).\(id)", group: group, outcome: .failure, finding: finding, advice: advice))
  }
}
